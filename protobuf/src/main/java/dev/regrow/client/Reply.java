package dev.regrow.client;

/**
 * An answer.
 *
 * @param status 200, 201 or 202
 * @param index of the store when it was given; later reads of this client are at least as new
 * @param etag for If-Match, as in {@code "17"} with its quotes; "" when there is none
 */
public record Reply<T>(T value, int status, long index, String etag) {}
