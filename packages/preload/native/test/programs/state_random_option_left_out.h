/* state_random_option_left_out.h: what state_random_option.c does not compare, by level and number. */

/* It differs from run to run, or depends on the machine and how its kernel was built. */
{SOL_SOCKET, SO_MEMINFO}, {SOL_SOCKET, SO_COOKIE}, {SOL_SOCKET, SO_INCOMING_CPU}, {SOL_SOCKET, SO_ATTACH_FILTER}, {SOL_SOCKET, 80 /* SO_DEVMEM_DONTNEED */},
{IPPROTO_IP, 64 /* netfilter */}, {IPPROTO_IP, 65}, {IPPROTO_IP, 66}, {IPPROTO_IP, 67}, {IPPROTO_IP, 80}, {IPPROTO_IP, 83}, {IPPROTO_IP, 96}, {IPPROTO_IP, 97}, {IPPROTO_IP, 98}, {IPPROTO_IP, 99}, {IPPROTO_IPV6, 64},
{IPPROTO_IPV6, 65}, {IPPROTO_IPV6, 68}, {IPPROTO_IPV6, 69}, {IPPROTO_IPV6, 80}, {IPPROTO_TCP, TCP_CONGESTION}, {IPPROTO_TCP, TCP_CC_INFO},
{IPPROTO_TCP, TCP_TIMESTAMP}, {IPPROTO_UDP, UDP_ENCAP}, {IPPROTO_UDPLITE, UDP_ENCAP}, {IPPROTO_TCP, 44 /* TCP_RTO_MAX_MS */}, {IPPROTO_TCP, 45}, {IPPROTO_TCP, 46},

/* For a while: it changes with what is sent and received. */
{IPPROTO_TCP, TCP_QUICKACK},

/* The kernel forgets the way whenever something changes that may lead elsewhere: option_ipv6_mtu.c asks for it. */
{IPPROTO_IP, IP_MTU}, {IPPROTO_IPV6, IPV6_MTU}, {IPPROTO_IPV6, IPV6_PATHMTU},

/* What the path, the congestion control and the sizes of buffers decide. */
{IPPROTO_TCP, TCP_MAXSEG}, {IPPROTO_TCP, TCP_WINDOW_CLAMP},

/* The network has lo and eth0, the kernel's loopback has lo alone. */
{SOL_SOCKET, SO_BINDTOIFINDEX},

/* docs/limits.md says what becomes of them. */
{IPPROTO_IP, IP_OPTIONS}, {IPPROTO_IP, IP_MINTTL}, {IPPROTO_IPV6, 73 /* IPV6_MINHOPCOUNT */}, {IPPROTO_TCP, TCP_DEFER_ACCEPT}, {IPPROTO_IP, IP_PKTOPTIONS}, {IPPROTO_IPV6, IPV6_2292PKTOPTIONS}, {IPPROTO_IPV6, 32 /* IPV6_FLOWLABEL_MGR */}, {SOL_SOCKET, 37 /* SO_TIMESTAMPING_OLD, which musl does not name */},
{SOL_SOCKET, 65 /* _NEW */}, {SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF}, {SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF}, {IPPROTO_TCP, TCP_MD5SIG},
{IPPROTO_TCP, TCP_MD5SIG_EXT}, {IPPROTO_TCP, TCP_SAVE_SYN}, {IPPROTO_TCP, TCP_SAVED_SYN}, {IPPROTO_TCP, TCP_FASTOPEN_KEY},
{IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE}, {IPPROTO_TCP, TCP_TX_DELAY}, {IPPROTO_TCP, 38 /* TCP_AO_ADD_KEY */}, {IPPROTO_TCP, 39}, {IPPROTO_TCP, 40},
{IPPROTO_TCP, 41}, {IPPROTO_TCP, 42},

/* option_tcp_info.c asks for it. */
{IPPROTO_TCP, TCP_INFO},
