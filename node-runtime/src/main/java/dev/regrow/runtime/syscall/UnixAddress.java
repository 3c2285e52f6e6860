package dev.regrow.runtime.syscall;

import java.nio.charset.StandardCharsets;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * A struct sockaddr_un.
 *
 * @param length of what counts: a name in the abstract namespace ends there, and not at a NUL
 */
record UnixAddress(Pointer memory, int length) {

  private static final int FAMILY_BYTES = 2;
  private static final int PATH_BYTES = 108;
  private static final int ENAMETOOLONG = 36;

  /**
   * @throws SyscallException ENAMETOOLONG if it does not fit
   */
  static UnixAddress of(String address, Runtime runtime) {
    var bytes = address.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length >= PATH_BYTES) {
      throw new SyscallException("socket address '" + address + "'", ENAMETOOLONG);
    }
    if (bytes[0] == '@') {
      bytes[0] = 0;
    }
    var memory = Memory.allocateDirect(runtime, FAMILY_BYTES + PATH_BYTES, true);
    memory.putShort(0, (short) 1); // AF_UNIX
    memory.put(FAMILY_BYTES, bytes, 0, bytes.length);
    return new UnixAddress(memory, FAMILY_BYTES + bytes.length);
  }
}
