package dev.regrow.runtime.network;

import dev.regrow.runtime.ServedPort;

/**
 * A published port and where it leads to.
 *
 * @param to the address of a ready instance
 */
record Published(ServedPort port, Ipv4 to) {}
