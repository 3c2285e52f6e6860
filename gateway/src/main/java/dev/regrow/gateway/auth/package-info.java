/**
 * Who may do what: bearer tokens, kept as hashes in the store and, for when the cluster is away, in
 * a local file.
 *
 * <p>It may lean on the store's port and on nothing of HTTP. Open {@link
 * dev.regrow.gateway.auth.Tokens} first.
 */
@NullMarked
package dev.regrow.gateway.auth;

import org.jspecify.annotations.NullMarked;
