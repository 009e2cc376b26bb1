/* names_passive.c: no node: where to listen, and the loopback to connect to. */
#include "names_list.h"

int main(void) {
    static const int FAMILIES[] = {AF_UNSPEC, AF_INET, AF_INET6};
    static const int FLAGS[] = {0, AI_PASSIVE, AI_PASSIVE | AI_V4MAPPED, AI_NUMERICHOST, AI_CANONNAME};
    static const char *const SERVICES[] = {"80", "http", "", NULL, "*"};
    for (size_t service = 0; service < sizeof SERVICES / sizeof *SERVICES; service++)
        for (size_t family = 0; family < sizeof FAMILIES / sizeof *FAMILIES; family++)
            for (size_t flags = 0; flags < sizeof FLAGS / sizeof *FLAGS; flags++)
                list(NULL, SERVICES[service],
                     &(struct addrinfo){
                         .ai_family = FAMILIES[family], .ai_socktype = SOCK_STREAM, .ai_flags = FLAGS[flags]});
    list(NULL, "80", NULL);
    list("*", "80", &(struct addrinfo){.ai_flags = AI_PASSIVE});
    list("127.0.0.1", NULL, NULL);
    list("127.0.0.1", "", NULL);
}
