package dev.regrow.runtime.network;

import java.nio.file.Path;

/**
 * The network of an instance.
 *
 * @param address of the instance
 * @param namespace what opens its network namespace
 */
public record Attachment(String address, Path namespace) {}
