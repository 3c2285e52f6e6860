package dev.regrow.runtime.process;

import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.process.Adopter.Found;
import dev.regrow.runtime.state.Adoption.Decision;
import dev.regrow.runtime.state.InstanceFile;
import dev.regrow.runtime.state.ProcFs;
import dev.regrow.runtime.state.Status;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes over what the last agent of this node left, and removes what it left unfinished. */
final class Takeover {

  private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);

  private final MachineParts parts;
  private final NodeInstances instances;
  private final String bootId;

  Takeover(MachineParts parts, NodeInstances instances, String bootId) {
    this.parts = parts;
    this.instances = instances;
    this.bootId = bootId;
  }

  /** Returns what lives, untouched, and what ended meanwhile. */
  List<RunningInstance> adopt() {
    var all = new Adopter(parts.kernel(), parts.state(), parts.cgroups(), bootId).find();
    StrayShims.kill(parts.kernel(), parts.cgroups(), living(all));
    var adopted = new ArrayList<RunningInstance>();
    all.forEach(found -> adopt(found).ifPresent(adopted::add));
    return adopted;
  }

  private static Set<String> living(List<Found> all) {
    return all.stream()
        .filter(found -> found.decision() instanceof Decision.Adopt)
        .map(Found::instanceId)
        .collect(Collectors.toSet());
  }

  private Optional<LiveInstance> adopt(Found found) {
    var file = found.file();
    if (file == null || found.decision() instanceof Decision.Disown) {
      LOG.warn("instance {} is not taken over: {}", found.instanceId(), found.decision());
      parts.state().forget(found.instanceId());
      return Optional.empty();
    }
    parts.cgroups().create(file.key(), file.limits());
    if (found.decision() instanceof Decision.Adopt living && found.shim() != null) {
      adoptIds(file, living.status());
      adoptNetwork(file, living.status());
      return Optional.of(instances.lives(file, living.status(), found.shim()));
    } else if (found.decision() instanceof Decision.Ended over) {
      return Optional.of(instances.ended(file, over.status()));
    } else if (found.decision() instanceof Decision.ShimLost lost) {
      return Optional.of(instances.shimLost(file, lost.status()));
    }
    return Optional.empty();
  }

  private void adoptIds(InstanceFile file, Status status) {
    try {
      parts.launcher().adopt(file.key(), file.slot(), ProcFs.idBase(status.init().pid()));
    } catch (UncheckedIOException e) {
      LOG.debug("{} has ended just now", file.key());
    }
  }

  private void adoptNetwork(InstanceFile file, Status status) {
    var address = file.address();
    if (address != null) {
      try {
        var served = parts.state().ports(file.key().instanceId());
        parts.network().adopt(file.key(), address, status.init().pid(), served);
      } catch (RuntimeFailure e) {
        LOG.warn("{}: its network is left as it is: {}", file.key(), e.getMessage());
      }
    }
  }

  /** Cgroups of ours that no state speaks of: their agent died before it could write any. */
  void removeStrays() {
    for (var key : parts.cgroups().instances()) {
      if (!instances.keys().contains(key)) {
        LOG.warn("{}: no state is left of it, so it is removed", key);
        parts.removeAttempt(key);
      }
    }
  }
}
