package dev.regrow.runtime.namespace;

import java.nio.file.Path;

/**
 * What an instance's root shows below what the instance itself writes.
 *
 * @param shifted whether its files' owners are the instance's ids already; else the mount maps them
 */
public record Lower(Path directory, boolean shifted) {}
