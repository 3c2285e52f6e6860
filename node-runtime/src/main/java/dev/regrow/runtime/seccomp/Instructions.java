package dev.regrow.runtime.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A piece of classic BPF (linux/filter.h). Pieces only ever jump within themselves, forwards. */
final class Instructions {

  private static final int LOAD_WORD = 0x20;
  private static final int AND = 0x54;
  private static final int JUMP = 0x05;
  private static final int JUMP_EQUAL = 0x15;
  private static final int JUMP_GREATER_OR_EQUAL = 0x35;
  private static final int RETURN = 0x06;

  /** Offsets into struct seccomp_data; arguments are 64 bits, and we look at the low half. */
  static final int NUMBER = 0;

  static final int ARCHITECTURE = 4;

  record Instruction(int code, int ifTrue, int ifFalse, int constant) {}

  private final List<Instruction> list = new ArrayList<>();

  static int argument(int index) {
    return 16 + 8 * index;
  }

  Instructions load(int offset) {
    return add(LOAD_WORD, 0, 0, offset);
  }

  Instructions and(int mask) {
    return add(AND, 0, 0, mask);
  }

  Instructions returning(int verdict) {
    return add(RETURN, 0, 0, verdict);
  }

  /** Goes on if equal, else over the given number of instructions; or the other way round. */
  Instructions unlessSkip(int constant, boolean equal, int skipped) {
    return equal ? add(JUMP_EQUAL, 0, skipped, constant) : add(JUMP_EQUAL, skipped, 0, constant);
  }

  Instructions append(Instructions other) {
    list.addAll(other.list);
    return this;
  }

  /** Below the pivot (unsigned) the one, else the other. */
  static Instructions branch(int pivot, Instructions below, Instructions above) {
    var result = new Instructions();
    if (below.size() <= 255) {
      result.add(JUMP_GREATER_OR_EQUAL, below.size(), 0, pivot);
    } else { // Conditional jumps reach 255 far, unconditional ones anywhere.
      result.add(JUMP_GREATER_OR_EQUAL, 0, 1, pivot).add(JUMP, 0, 0, below.size());
    }
    return result.append(below).append(above);
  }

  private Instructions add(int code, int ifTrue, int ifFalse, int constant) {
    if (ifTrue > 255 || ifFalse > 255) {
      throw new IllegalArgumentException("a jump over more than 255 instructions");
    }
    list.add(new Instruction(code, ifTrue, ifFalse, constant));
    return this;
  }

  int size() {
    return list.size();
  }

  Collection<Instruction> all() {
    return List.copyOf(list);
  }

  /** As an array of struct sock_filter. */
  byte[] bytes() {
    var buffer = ByteBuffer.allocate(8 * list.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (var each : list) {
      buffer
          .putShort((short) each.code())
          .put((byte) each.ifTrue())
          .put((byte) each.ifFalse())
          .putInt(each.constant());
    }
    return buffer.array();
  }
}
