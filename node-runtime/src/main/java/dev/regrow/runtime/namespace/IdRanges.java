package dev.regrow.runtime.namespace;

import dev.regrow.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Gives each slot of this node a range of 65536 host ids of its own, and remembers it in the node's
 * data. Nodes on one machine never share one: they claim blocks of 64 ranges, each by creating a
 * file that must not exist. Thread-safe.
 */
public final class IdRanges {

  /**
   * The first range: above those of people, of /etc/subuid, and of systemd's containers, which end
   * at 0x6fffffff; and all below 2^31, which some programs take for the largest id.
   */
  private static final int FIRST = 0x70000000;

  private static final int BLOCK_RANGES = 64;
  private static final int BLOCKS = (0x7FFF0000 - FIRST) / IdRange.SIZE / BLOCK_RANGES;

  private final Path claims;
  private final Path memory;
  private final String nodeUid;
  private final TreeMap<String, Integer> bySlot = new TreeMap<>();

  /**
   * Of slots that were released, the longest ago first: a slot that comes back, as one does whose
   * instance is replaced, has its range without a write to disk.
   */
  private final LinkedHashMap<String, Integer> released = new LinkedHashMap<>();

  private final TreeSet<Integer> blocks = new TreeSet<>();

  /** The slots in the file. */
  private final Set<String> saved = new HashSet<>();

  /**
   * @param claims shared by all nodes of this machine, gone after a reboot
   * @param memory this node's own file
   */
  public IdRanges(Path claims, Path memory, String nodeUid) {
    this.claims = claims;
    this.memory = memory;
    this.nodeUid = nodeUid;
    load();
  }

  /** The range of a slot: the same as last time if it had one. */
  public synchronized IdRange of(String slot) {
    var known = bySlot.get(slot);
    if (known != null) {
      return new IdRange(base(known));
    }
    var former = released.get(slot);
    int index = former == null ? free() : former;
    if (former == null || !saved.contains(slot)) {
      save(slot, index); // First: what is not on disk is another slot's for the next agent.
    }
    has(slot, index);
    return new IdRange(base(index));
  }

  private void has(String slot, int index) {
    released.values().removeIf(other -> other == index);
    bySlot.put(slot, index);
  }

  /**
   * Of a slot that lives: what it runs with counts for more than the file. It is in the file once
   * another slot needs a range, and until then each agent sees to it.
   */
  public synchronized void adopt(String slot, int base) {
    int index = (base - FIRST) / IdRange.SIZE;
    int block = index / BLOCK_RANGES;
    boolean isRange = base >= FIRST && base(index) == base && block < BLOCKS;
    if (!isRange || Integer.valueOf(index).equals(bySlot.get(slot)) || !claimed(block)) {
      return;
    }
    bySlot.values().removeIf(other -> other == index);
    has(slot, index);
    saved.remove(slot);
  }

  /** Another slot may have its range from now on. Idempotent. */
  public synchronized void release(String slot) {
    var index = bySlot.remove(slot);
    if (index != null) {
      released.put(slot, index);
    }
  }

  /** An agent that was killed may have released others, which is not on disk. */
  public synchronized void releaseAllBut(Set<String> slots) {
    List.copyOf(bySlot.keySet()).stream()
        .filter(slot -> !slots.contains(slot))
        .forEach(this::release);
  }

  /** Gives the claims of a node back, once nothing of it runs any more. Idempotent. */
  public static void releaseAll(Path claims, String nodeUid) {
    try (var files = Files.list(claims)) {
      for (var file : files.toList()) {
        if (Files.readString(file).equals(nodeUid)) {
          Files.delete(file);
        }
      }
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw failure("release id ranges in " + claims, e);
    }
  }

  private static int base(int index) {
    return FIRST + index * IdRange.SIZE;
  }

  private int free() {
    var used = new TreeSet<>(bySlot.values());
    used.addAll(released.values());
    if (used.size() == blocks.size() * BLOCK_RANGES && !released.isEmpty()) {
      return released.values().iterator().next();
    }
    for (int block : blocks) {
      for (int index = block * BLOCK_RANGES; index < (block + 1) * BLOCK_RANGES; index++) {
        if (!used.contains(index)) {
          return index;
        }
      }
    }
    // Starting at a place of its own, a node finds its blocks again after a reboot.
    int start = Math.floorMod(nodeUid.hashCode(), BLOCKS);
    for (int i = 0; i < BLOCKS; i++) {
      int block = (start + i) % BLOCKS;
      if (!blocks.contains(block) && claimed(block)) {
        return block * BLOCK_RANGES;
      }
    }
    throw new RuntimeFailure(
        "no id range is free: all blocks are claimed in " + claims + "; remove those of dead nodes",
        true);
  }

  private boolean claimed(int block) {
    return blocks.contains(block) || (claim(block) && blocks.add(block));
  }

  private boolean claim(int block) {
    var file = claims.resolve(Integer.toString(block));
    try {
      Files.createDirectories(claims);
      Files.writeString(file, nodeUid, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return true;
    } catch (FileAlreadyExistsException e) {
      return isOurs(file);
    } catch (IOException e) {
      throw failure("claim id ranges by " + file, e);
    }
  }

  private boolean isOurs(Path file) {
    try {
      return Files.readString(file).equals(nodeUid);
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw failure("read " + file, e);
    }
  }

  /** A block that another node took while this machine was down is not ours any more. */
  private void load() {
    var remembered = new TreeMap<String, Integer>();
    for (var line : lines()) {
      var parts = line.split(" ", -1);
      if (parts.length == 2 && parts[1].matches("[0-9]{1,5}")) {
        remembered.put(parts[0], Integer.valueOf(parts[1]));
      }
    }
    var lost = new TreeSet<Integer>();
    for (Map.Entry<String, Integer> entry : remembered.entrySet()) {
      int block = entry.getValue() / BLOCK_RANGES;
      if (block >= BLOCKS || lost.contains(block)) {
        continue;
      }
      if (claimed(block)) {
        bySlot.put(entry.getKey(), entry.getValue());
        saved.add(entry.getKey());
      } else {
        lost.add(block);
      }
    }
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(memory);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw failure("read " + memory, e);
    }
  }

  /** Writes what slots have, and what one is about to get. */
  private void save(String next, int itsIndex) {
    var slots = new TreeMap<>(bySlot);
    slots.put(next, itsIndex);
    var lines = new ArrayList<String>();
    slots.forEach((slot, index) -> lines.add(slot + " " + index));
    var temporary = memory.resolveSibling(memory.getFileName() + ".new");
    try {
      Files.createDirectories(memory.toAbsolutePath().getParent());
      Files.write(temporary, lines, StandardCharsets.UTF_8);
      Files.move(temporary, memory, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failure("write " + memory, e);
    }
    saved.clear();
    saved.addAll(slots.keySet());
  }

  private static RuntimeFailure failure(String attempted, IOException cause) {
    return new RuntimeFailure("cannot " + attempted + ": " + cause, true, cause);
  }
}
