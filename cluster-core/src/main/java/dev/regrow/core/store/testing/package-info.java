/**
 * Stores for tests: the real semantics in memory, and knobs for what can go wrong.
 *
 * <p>It may lean on the port and on {@link dev.regrow.core.store.Replica} only; nothing that ships
 * may lean on it. Open {@link dev.regrow.core.store.testing.InMemoryStore} first.
 */
@NullMarked
package dev.regrow.core.store.testing;

import org.jspecify.annotations.NullMarked;
