"""PyPI hl7apy: a message that it built itself; our answers pass its strict reading."""
import socket
import sys

from hl7apy.core import Message
from hl7apy.parser import parse_message

port = int(sys.argv[1])
with socket.create_connection(("127.0.0.1", port)) as line:
    for n in range(20):
        message = Message("ORU_R01", version="2.6")
        message.msh.msh_3 = "APY"
        message.msh.msh_4 = "H"
        message.msh.msh_7 = "20260301120000+0000"
        message.msh.msh_9 = "ORU^R01^ORU_R01"
        message.msh.msh_10 = f"Y{n}"
        message.msh.msh_11 = "P"
        result = message.add_group("ORU_R01_PATIENT_RESULT")
        patient = result.add_group("ORU_R01_PATIENT")
        patient.pid.pid_3 = "7^^^H^MR"
        patient.pid.pid_5 = "Doe^Jo"
        order = result.add_group("ORU_R01_ORDER_OBSERVATION")
        order.obr.obr_3 = "5"
        order.obr.obr_4 = "x"
        order.obr.obr_7 = "20260301115900+0000"
        observation = order.add_group("ORU_R01_OBSERVATION")
        observation.obx.obx_2 = "NM"
        observation.obx.obx_3 = "148066^^MDC"
        observation.obx.obx_5 = str(60 + n)
        observation.obx.obx_6 = "/min"
        observation.obx.obx_11 = "F"
        line.sendall(message.to_mllp().encode())
        data = b""
        while not data.endswith(b"\x1c\r"):
            data += line.recv(4096)
        answer = parse_message(data.decode().strip("\x0b\x1c\r"), find_groups=False)
        print(answer.msa.msa_1.value, answer.msa.msa_2.value)
