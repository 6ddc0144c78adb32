#!/usr/bin/env python3
"""smbport.py PORT IN.pcap OUT.pcap: the capture of TCP port PORT on the loopback, moved to port 445.

Wireshark reads the 24-bit message lengths of SMB over TCP on port 445 only; elsewhere it takes a long message for several
NetBIOS ones and calls the random bytes of a file malformed.
"""
import struct
import sys

ETHERNET, TCP = 14, 6


def moved(frame, port):
    if len(frame) < ETHERNET + 40 or frame[12:14] != b"\x08\x00" or frame[ETHERNET + 9] != TCP:
        return frame
    tcp = ETHERNET + 4 * (frame[ETHERNET] & 15)
    ports = [445 if p == port else p for p in struct.unpack_from(">HH", frame, tcp)]
    return frame[:tcp] + struct.pack(">HH", *ports) + frame[tcp + 4:]


def main():
    port = int(sys.argv[1])
    with open(sys.argv[2], "rb") as source, open(sys.argv[3], "wb") as target:
        target.write(source.read(24))
        while len(head := source.read(16)) == 16:
            frame = source.read(struct.unpack("<4I", head)[2])
            target.write(head + moved(frame, port))


main()
