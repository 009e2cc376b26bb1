/* services.h: the names of ports, from services(5). Reads the file itself: getservbyname(3) may ask a name service daemon. */
#ifndef SW_NAMES_SERVICES_H
#define SW_NAMES_SERVICES_H

#include <stdbool.h>

enum { SW_SERVICE_NAME_SIZE = 256 };

/* The port of service `name`, or one of its aliases, over `protocol` ("tcp", "udp", …); -1 when unknown. Case matters. */
int sw_service_port(const char *name, const char *protocol);

/* The name of the service at `port` (host order). False when it has none. */
bool sw_service_name(int port, const char *protocol, char name[static SW_SERVICE_NAME_SIZE]);

#endif
