/**
 * What makes hashing and decryption fast under the compiler that nodes run with. Open {@link
 * dev.regrow.runtime.crypto.NativeCrypto} first.
 */
@NullMarked
package dev.regrow.runtime.crypto;

import org.jspecify.annotations.NullMarked;
