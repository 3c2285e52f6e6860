package dev.regrow.runtime.network;

import dev.regrow.runtime.syscall.Errno;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A socket of rtnetlink(7): of the network namespace that its thread was in when it was made. Not
 * thread-safe.
 */
final class Netlink implements AutoCloseable {

  private static final int NETLINK_ROUTE = 0;
  private static final int NLMSG_ERROR = 2;
  private static final int NLMSG_DONE = 3;
  private static final int HEADER = 16;
  private static final int IFINFO = 16;
  private static final int ANSWER_MAX = 1 << 16;

  private final Kernel kernel;
  private final Fd socket;
  private int sequence;

  Netlink(Kernel kernel) {
    this.kernel = kernel;
    this.socket = kernel.netlink(NETLINK_ROUTE);
  }

  /** A link of this machine. */
  record Link(int index, String name) {}

  /**
   * Asks for a change and awaits that it was made.
   *
   * @throws SyscallException with what the kernel says against it
   */
  void ask(LinkMessage message, String what) {
    kernel.write(socket, message.encode(++sequence));
    var answer = read();
    while (answer.remaining() >= HEADER) {
      int start = answer.position();
      int length = answer.getInt(start);
      if (answer.getShort(start + 4) == NLMSG_ERROR && answer.getInt(start + 8) == sequence) {
        int error = -answer.getInt(start + HEADER);
        if (error != 0) {
          throw new SyscallException("netlink: " + what, error);
        }
        return;
      }
      answer.position(Math.min(answer.limit(), start + (length + 3 & ~3)));
    }
    throw new IllegalStateException("netlink gave no answer: " + what);
  }

  /** Like {@link #ask}; true if it was not so already, or was there at all. */
  boolean askUnless(Errno fine, LinkMessage message, String what) {
    try {
      ask(message, what);
      return true;
    } catch (SyscallException e) {
      if (e.errno() == fine) {
        return false;
      }
      throw e;
    }
  }

  List<Link> links() {
    kernel.write(socket, LinkMessage.all().encode(++sequence));
    var links = new ArrayList<Link>();
    while (true) {
      var answer = read();
      while (answer.remaining() >= HEADER) {
        int start = answer.position();
        int length = answer.getInt(start);
        int type = answer.getShort(start + 4);
        if (type == NLMSG_DONE) {
          return links;
        } else if (type == NLMSG_ERROR) {
          throw new SyscallException("netlink: list links", -answer.getInt(start + HEADER));
        } else if (type == LinkMessage.RTM_NEWLINK) {
          links.add(link(answer, start, length));
        }
        answer.position(Math.min(answer.limit(), start + (length + 3 & ~3)));
      }
    }
  }

  private static Link link(ByteBuffer answer, int start, int length) {
    int index = answer.getInt(start + HEADER + 4);
    var name = "";
    for (int at = start + HEADER + IFINFO; at + 4 <= start + length; ) {
      int size = answer.getShort(at) & 0xffff;
      if ((answer.getShort(at + 2) & 0x3fff) == LinkMessage.IFLA_IFNAME) {
        var bytes = new byte[size - 5];
        answer.get(at + 4, bytes);
        name = new String(bytes, StandardCharsets.US_ASCII);
      }
      at += Math.max(4, size + 3 & ~3);
    }
    return new Link(index, name);
  }

  private ByteBuffer read() {
    var bytes = new byte[ANSWER_MAX];
    int count = kernel.read(socket, bytes);
    return ByteBuffer.wrap(bytes, 0, count).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    socket.close();
  }
}
