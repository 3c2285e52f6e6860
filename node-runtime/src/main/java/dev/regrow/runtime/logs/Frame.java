package dev.regrow.runtime.logs;

import dev.regrow.runtime.Logs.Stream;
import java.time.Instant;

/**
 * One write of a workload, as docs/shim-protocol.md has it.
 *
 * @param dropped bytes that were lost before this one
 */
record Frame(Stream stream, Instant time, long dropped, byte[] bytes) {}
