# Makes the golden files of the formats, without the code under test.
import struct, sys, ipaddress
out = sys.argv[1]
def ip4(payload, src='10.53.57.10', dst='10.53.57.11', proto=17):
    h = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20+len(payload), 1, 0x4000, 64, proto, 0, ipaddress.ip_address(src).packed, ipaddress.ip_address(dst).packed)
    s = sum(struct.unpack('>10H', h)); s = (s & 0xffff) + (s >> 16); s = (s & 0xffff) + (s >> 16)
    return h[:10] + struct.pack('>H', 0xffff - s) + h[12:] + payload
def udp(data, sp=40000, dp=7): return struct.pack('>HHHH', sp, dp, 8+len(data), 0) + data
P = [ip4(udp(b'hello')), ip4(udp(b'world!!'), src='10.53.57.11', dst='10.53.57.10'), ip4(udp(b''))]
T = [(1700000000, 123456789), (1700000000, 123456790), (1700000001, 999999999)]
for order, e in (('le', '<'), ('be', '>')):
    for name, magic, div in (('microseconds', 0xa1b2c3d4, 1000), ('nanoseconds', 0xa1b23c4d, 1)):
        b = struct.pack(e+'IHHiIII', magic, 2, 4, 0, 0, 65535, 101)
        for p, (s, ns) in zip(P, T): b += struct.pack(e+'IIII', s, ns//div, len(p), len(p)) + p
        open(f'{out}/pcap-{name}-{order}.pcap', 'wb').write(b)
    def pad(x): return x + b'\0' * (-len(x) % 4)
    def opt(code, v): return struct.pack(e+'HH', code, len(v)) + pad(v)
    END = struct.pack(e+'HH', 0, 0)
    def block(t, body): l = len(body)+12; return struct.pack(e+'II', t, l) + body + struct.pack(e+'I', l)
    def ts(n): return struct.pack(e+'II', n >> 32, n & 0xffffffff)
    N = [s*10**9+ns for s, ns in T]
    shb = block(0x0a0d0d0a, struct.pack(e+'IHHq', 0x1a2b3c4d, 1, 0, -1) + opt(1, b'first comment') + opt(1, 'second: ä€'.encode()) + opt(2, b'a machine') + opt(3, b'an OS') + opt(4, b'formats.py') + opt(2988, struct.pack(e+'I', 32473) + b'copy me') + opt(19373, struct.pack(e+'I', 32473) + b'\x01\x02\x03') + opt(0x7777, b'unknown') + END)
    idb0 = block(1, struct.pack(e+'HHI', 101, 0, 0) + opt(2, b'web') + opt(3, b'the web server') + opt(4, bytes([10,53,57,11,255,255,255,0])) + opt(5, ipaddress.ip_address('fd00::5357:5f0b').packed + b'\x40') + opt(6, bytes.fromhex('02005e005301')) + opt(7, bytes.fromhex('023456fffe789abc')) + opt(8, struct.pack(e+'Q', 10**9)) + opt(9, b'\x09') + opt(11, b'\0tcp port 80') + opt(12, b'Linux') + opt(13, b'\x04') + opt(15, b'a card') + opt(16, struct.pack(e+'Q', 1)) + opt(17, struct.pack(e+'Q', 2)) + opt(18, b'Europe/Berlin') + END)
    idb1 = block(1, struct.pack(e+'HHI', 101, 0, 40) + opt(2, b'laptop') + opt(14, struct.pack(e+'q', 1000)) + END)
    idb2 = block(1, struct.pack(e+'HHI', 101, 0, 65535) + opt(9, b'\x94'))
    names6 = b'web6\0web.test\0'
    nrb = block(4, struct.pack(e+'HH', 1, 8) + bytes([10,53,57,11]) + b'web\0' + struct.pack(e+'HH', 2, 16+len(names6)) + pad(ipaddress.ip_address('fd00::5357:5f0b').packed + names6) + struct.pack(e+'HH', 3, 10) + pad(bytes.fromhex('02005e005301') + b'mac\0') + struct.pack(e+'HH', 0, 0) + opt(2, b'dns') + opt(3, bytes([10,53,57,1])) + opt(4, ipaddress.ip_address('fd00::1').packed) + END)
    keys = b'CLIENT_RANDOM 00 11\n'
    dsb = block(0xa, struct.pack(e+'II', 0x544c534b, len(keys)) + pad(keys) + opt(1, b'keys') + END)
    epb = block(6, struct.pack(e+'I', 0) + ts(N[0]) + struct.pack(e+'II', len(P[0]), len(P[0])) + pad(P[0]) + opt(1, b'the first') + opt(2, struct.pack(e+'I', 0x2 | (1 << 2))) + opt(3, b'\x02' + bytes(4)) + opt(4, struct.pack(e+'Q', 3)) + opt(5, struct.pack(e+'Q', 77)) + opt(6, struct.pack(e+'I', 5)) + opt(7, b'\x02' + struct.pack(e+'Q', 1)) + opt(8, struct.pack(e+'II', 4242, 4243)) + END)
    epb1 = block(6, struct.pack(e+'I', 1) + ts((N[1] - 1000*10**9)//1000) + struct.pack(e+'II', len(P[1]), len(P[1]) + 60) + pad(P[1]))
    epb2 = block(6, struct.pack(e+'I', 2) + ts(N[2] * 2**20 // 10**9) + struct.pack(e+'II', len(P[2]), len(P[2])) + pad(P[2]))
    spb = block(3, struct.pack(e+'I', len(P[0])) + pad(P[0]))
    opb = block(2, struct.pack(e+'HH', 0, 2) + ts(N[2]) + struct.pack(e+'II', len(P[2]), len(P[2])) + pad(P[2]) + opt(2, struct.pack(e+'I', 1)) + END)
    jrn = block(9, pad(b'__REALTIME_TIMESTAMP=1700000000500000\nPRIORITY=3\nSYSLOG_IDENTIFIER=web\nMESSAGE\n' + struct.pack('<Q', 9) + b'two\nlines\n'))
    cust = block(0xbad, struct.pack(e+'I', 32473) + pad(b'custom data'))
    priv = block(0x40000bad, struct.pack(e+'I', 32473) + b'keep')
    unk = block(0x80000001, struct.pack(e+'I', 42) + b'body')
    isb = block(5, struct.pack(e+'I', 0) + ts(N[2]) + opt(1, b'done') + opt(2, ts(N[0])) + opt(3, ts(N[2])) + opt(4, struct.pack(e+'Q', 3)) + opt(5, struct.pack(e+'Q', 1)) + opt(6, struct.pack(e+'Q', 3)) + opt(7, struct.pack(e+'Q', 0)) + opt(8, struct.pack(e+'Q', 3)) + END)
    open(f'{out}/pcapng-all-blocks-{order}.pcapng', 'wb').write(shb+idb0+idb1+idb2+nrb+dsb+epb+epb1+epb2+spb+opb+jrn+unk+isb+cust+priv)
    globals()['first_'+order] = shb + idb0 + epb
open(f'{out}/pcapng-two-sections.pcapng', 'wb').write(first_le + first_be)
