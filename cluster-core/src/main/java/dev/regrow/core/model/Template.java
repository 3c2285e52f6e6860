package dev.regrow.core.model;

/**
 * The immutable content of a revision.
 *
 * @param hash of the template's bytes with its defaults written in; equal hashes are equal contents
 * @param demand what one instance reserves on its node
 * @param content the template itself, opaque here
 */
public record Template(String hash, Demand demand, Opaque content) {}
