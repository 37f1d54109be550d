// npm simple-hl7: one message after the other, each after the answer to the last.
const hl7 = require('simple-hl7');

const [port, template] = [Number(process.argv[2]), process.argv[3]];
const parser = new hl7.Parser({ segmentSeperator: '\r' });
const client = hl7.Server.createTcpClient({ host: '127.0.0.1', port, keepalive: true });
const send = (n) => {
  if (n === 100) return client.close();
  const message = parser.parse(template.replace('@ID', `S${n}`).replace('@VALUE', String(60 + n)));
  client.send(message, (error, answer) => {
    if (error) throw error;
    const msa = answer.getSegment('MSA');
    console.log(msa.getField(1), msa.getField(2));
    setImmediate(() => send(n + 1));
  });
};
send(0);
