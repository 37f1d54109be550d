"""PyPI hl7: one message after the other over one connection, each answered by name."""
import sys

import hl7
from hl7.client import MLLPClient

port, template = int(sys.argv[1]), sys.argv[2]
with MLLPClient("127.0.0.1", port) as client:
    for n in range(100):
        sent = hl7.parse(template.replace("@ID", f"H{n}").replace("@VALUE", str(60 + n)))
        answer = hl7.parse(client.send_message(sent).decode().strip("\x0b\x1c\r"))
        print(answer.segment("MSA")[1], answer.segment("MSA")[2])
