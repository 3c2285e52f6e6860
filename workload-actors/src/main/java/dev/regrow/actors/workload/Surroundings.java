package dev.regrow.actors.workload;

import dev.regrow.actors.board.Board;
import dev.regrow.actors.content.DeclaredContents;
import dev.regrow.actors.link.NodeLink;
import dev.regrow.core.lifecycle.World;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.Leases;
import dev.regrow.core.store.Store;
import java.util.function.Supplier;

/** All that a workload entity deals with. */
public record Surroundings(Store store, Board board, NodeLink link, Supplier<Now> clock) {

  DeclaredContents contents() {
    return new DeclaredContents(store);
  }

  Leases leases() {
    return Leases.of(store);
  }

  World world() {
    return new World(clock.get(), board.fleet());
  }
}
