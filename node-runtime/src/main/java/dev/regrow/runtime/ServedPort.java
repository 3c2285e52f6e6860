package dev.regrow.runtime;

/**
 * A port of the node that leads to an instance.
 *
 * @param on an IPv4 address of the node; 0.0.0.0 for all that it has
 * @param publish the node's port
 * @param target the instance's
 */
public record ServedPort(boolean udp, String on, int publish, int target) {}
