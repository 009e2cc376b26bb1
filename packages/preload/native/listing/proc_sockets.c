#include "listing/proc_sockets.h"

#include "base/config.h"
#include "base/unix_inodes.h"
#include "listing/machine_file.h"
#include "listing/sockets.h"
#include "listing/stand_ins.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

/* The widths that tcp4_seq_show() and udp4_seq_show() fill up to with spaces. */
enum { TCP4_WIDTH = 149, UDP4_WIDTH = 127 };

static void list_own_sockets(struct sw_growing *rows) {
    struct sw_network *network;
    if (sw_network_current(&network) == 0 && network != NULL)
        sw_list_sockets(network, (unsigned)sw_config_interface(), rows);
}

static void end_line(struct sw_growing *text, size_t start, size_t width) {
    size_t length = text->length - start;
    sw_growing_print(text, "%*s\n", length < width ? (int)(width - length) : 0, "");
}

static void print_end(struct sw_growing *text, const struct sw_listed_end *end, int family) {
    for (unsigned at = 0; at < (family == AF_INET ? 4u : 16u); at += 4) {
        uint32_t word; /* as it lies in memory, whatever the order of bytes is */
        memcpy(&word, end->address + at, sizeof word);
        sw_growing_print(text, "%08X", word);
    }
    sw_growing_print(text, ":%04X ", end->port);
}

/* What all lists have in front, and how many kernel structures refer to the socket. */
static void print_socket(struct sw_growing *text, const struct sw_listed_socket *row, uint32_t send_queue) {
    print_end(text, &row->local, row->family);
    print_end(text, &row->peer, row->family);
    sw_growing_print(text, "%02X %08X:%08X 00:00000000 00000000 %5u        0 %llu %d 0000000000000000", row->state, send_queue, row->receive_queue,
                     row->uid, (unsigned long long)row->inode, row->inode != 0 ? 2 : 1);
}

static void print_tcp(struct sw_growing *text, int family, size_t width) {
    struct sw_growing rows = SW_GROWING_NEW;
    list_own_sockets(&rows);
    const struct sw_listed_socket *row;
    unsigned number = 0;
    for (size_t i = 0; (row = sw_listed_at(&rows, i)) != NULL; i++) {
        if (row->family != family || row->transport != SW_TCP)
            continue;
        size_t start = text->length;
        sw_growing_print(text, "%4u: ", number++);
        print_socket(text, row, 0);
        sw_growing_print(text, row->state == TCP_LISTEN ? " 100 0 0 10 0" : " 20 0 0 10 -1");
        end_line(text, start, width);
    }
    sw_growing_end(&rows);
}

static void print_datagram_sockets(struct sw_growing *text, int family, enum sw_transport transport, size_t width) {
    struct sw_growing rows = SW_GROWING_NEW;
    list_own_sockets(&rows);
    const struct sw_listed_socket *row;
    for (size_t i = 0; (row = sw_listed_at(&rows, i)) != NULL; i++) {
        if (row->family != family || row->transport != transport)
            continue;
        size_t start = text->length;
        /* The kernel's number is that of a place in its table, which depends on the port. */
        sw_growing_print(text, "%5u: ", row->local.port);
        print_socket(text, row, 0);
        sw_growing_print(text, " %u", row->dropped);
        end_line(text, start, width);
    }
    sw_growing_end(&rows);
}

static void print_head4(struct sw_growing *text, const char *head, size_t width) {
    size_t start = text->length;
    sw_growing_print(text, "%s", head);
    end_line(text, start, width);
}

static const char IPV6_DATAGRAM_HEAD[] = "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when "
                                         "retrnsmt   uid  timeout inode ref pointer drops\n";

void sw_proc_tcp(struct sw_growing *text) {
    print_head4(text, "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode", TCP4_WIDTH);
    print_tcp(text, AF_INET, TCP4_WIDTH);
}

void sw_proc_tcp6(struct sw_growing *text) {
    sw_growing_print(text, "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   "
                           "uid  timeout inode\n");
    print_tcp(text, AF_INET6, 0);
}

static void print_udp4_head(struct sw_growing *text) {
    print_head4(text, "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops",
                UDP4_WIDTH);
}

void sw_proc_udp(struct sw_growing *text) {
    print_udp4_head(text);
    print_datagram_sockets(text, AF_INET, SW_UDP, UDP4_WIDTH);
}

void sw_proc_udp6(struct sw_growing *text) {
    sw_growing_print(text, IPV6_DATAGRAM_HEAD);
    print_datagram_sockets(text, AF_INET6, SW_UDP, 0);
}

void sw_proc_udplite(struct sw_growing *text) {
    print_udp4_head(text);
    print_datagram_sockets(text, AF_INET, SW_UDPLITE, UDP4_WIDTH);
}

void sw_proc_udplite6(struct sw_growing *text) {
    sw_growing_print(text, IPV6_DATAGRAM_HEAD);
    print_datagram_sockets(text, AF_INET6, SW_UDPLITE, 0);
}

void sw_proc_raw(struct sw_growing *text) {
    sw_growing_print(text, "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n");
}

void sw_proc_icmp(struct sw_growing *text) {
    print_head4(text, "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops", UDP4_WIDTH);
}

void sw_proc_raw6(struct sw_growing *text) {
    sw_growing_print(text, IPV6_DATAGRAM_HEAD);
}

static unsigned count(const struct sw_growing *rows, int family, enum sw_transport transport) {
    const struct sw_listed_socket *row;
    unsigned found = 0;
    for (size_t i = 0; (row = sw_listed_at(rows, i)) != NULL; i++)
        found += row->transport == transport && (family == AF_UNSPEC || row->family == family);
    return found;
}

void sw_proc_sockstat(struct sw_growing *text) {
    struct sw_growing rows = SW_GROWING_NEW;
    list_own_sockets(&rows);
    unsigned tcp = count(&rows, AF_UNSPEC, SW_TCP);
    sw_growing_print(text, "sockets: used %u\n", (unsigned)(rows.length / sizeof(struct sw_listed_socket)));
    sw_growing_print(text, "TCP: inuse %u orphan 0 tw 0 alloc %u mem 0\n", count(&rows, AF_INET, SW_TCP), tcp);
    sw_growing_print(text, "UDP: inuse %u mem 0\n", count(&rows, AF_INET, SW_UDP));
    sw_growing_print(text, "UDPLITE: inuse %u\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n", count(&rows, AF_INET, SW_UDPLITE));
    sw_growing_end(&rows);
}

void sw_proc_sockstat6(struct sw_growing *text) {
    struct sw_growing rows = SW_GROWING_NEW;
    list_own_sockets(&rows);
    sw_growing_print(text, "TCP6: inuse %u\nUDP6: inuse %u\nUDPLITE6: inuse %u\nRAW6: inuse 0\nFRAG6: inuse 0 memory 0\n",
                     count(&rows, AF_INET6, SW_TCP), count(&rows, AF_INET6, SW_UDP), count(&rows, AF_INET6, SW_UDPLITE));
    sw_growing_end(&rows);
}

/* tcpCurrEstab of RFC 1213. */
unsigned sw_proc_connections(void) {
    struct sw_growing rows = SW_GROWING_NEW;
    const struct sw_listed_socket *row;
    unsigned found = 0;
    list_own_sockets(&rows);
    for (size_t i = 0; (row = sw_listed_at(&rows, i)) != NULL; i++)
        found += row->transport == SW_TCP && (row->state == TCP_ESTABLISHED || row->state == TCP_CLOSE_WAIT);
    sw_growing_end(&rows);
    return found;
}

static uint64_t inode_of(const char *line, const char *end) {
    struct sw_unix_line read = {0};
    uint64_t inode = 0;
    for (const char *at = line; at < end; at++)
        sw_unix_line_ends(&read, *at, &inode);
    return inode != 0 ? inode : read.inode; /* the list may end within a line */
}

void sw_proc_unix(struct sw_growing *text) {
    struct sw_growing whole = SW_GROWING_NEW;
    sw_machine_file_read("/proc/net/unix", &whole);
    struct sw_stand_ins stand_ins;
    sw_stand_ins_read(&stand_ins);
    const char *line = (const char *)whole.bytes, *end = line + whole.length;
    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *next = newline == NULL ? end : newline + 1;
        uint64_t inode = inode_of(line, next);
        if (inode == 0 || !sw_stand_ins_have(&stand_ins, inode))
            sw_growing_add(text, line, (size_t)(next - line));
        line = next;
    }
    sw_stand_ins_end(&stand_ins);
    sw_growing_end(&whole);
}
