// npm @medplum/hl7: a hundred in flight over one connection; it matches answers by the control id in them.
const { Hl7Client } = require('@medplum/hl7');
const { Hl7Message } = require('@medplum/core');

const [port, template] = [Number(process.argv[2]), process.argv[3]];
(async () => {
  const client = new Hl7Client({ host: '127.0.0.1', port });
  await client.connect();
  const sent = [...Array(100).keys()].map(async (n) => {
    const message = Hl7Message.parse(template.replace('@ID', `M${n}`).replace('@VALUE', String(60 + n)));
    const answer = await client.sendAndWait(message, { timeoutMs: 30000 });
    return `${answer.getSegment('MSA').getField(1)} ${answer.getSegment('MSA').getField(2)}`;
  });
  for (const answer of await Promise.all(sent)) console.log(answer);
  await client.close();
})();
