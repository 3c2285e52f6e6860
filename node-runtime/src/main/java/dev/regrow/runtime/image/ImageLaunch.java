package dev.regrow.runtime.image;

import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Image;
import dev.regrow.runtime.LaunchSpec.Layers;
import dev.regrow.runtime.LaunchSpec.Mount;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.syscall.Kernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;

/** Completes what an order says of an instance by what its image says. */
public final class ImageLaunch {

  /** Of an instance started from an image: its manifest's digest. */
  public static final String LABEL = "regrow.image";

  /** As Docker gives it to images that say nothing. */
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private static final int PASSWD_MAX = 1 << 20;
  private static final List<String> KERNELS_OWN = List.of("proc", "sys", "dev");

  private ImageLaunch() {}

  /**
   * What the order leaves open is the image's: command, user, working directory, stop signal; its
   * variables count where the order has none of the same name.
   *
   * @throws RuntimeFailure if the image leaves something open, too, or contradicts itself
   */
  public static LaunchSpec completed(LaunchSpec spec, LocalImage image, Kernel kernel) {
    var order = spec.image();
    if (order == null) {
      return spec;
    }
    try {
      return completed(spec, order, image, new ImageView(kernel, image));
    } catch (BadImage e) {
      throw RuntimeFailure.ofImage(
          "cannot use image " + order.reference() + ": " + e.getMessage(), false, e);
    } catch (IOException e) {
      throw RuntimeFailure.ofImage(
          "cannot look into image " + order.reference() + ": " + e, true, e);
    }
  }

  private static LaunchSpec completed(
      LaunchSpec spec, Image order, LocalImage image, ImageView view) throws IOException {
    var config = image.config();
    var user =
        order.ownUser()
            ? UserLookup.of(config.user(), file(view, "/etc/passwd"), file(view, "/etc/group"))
            : new UserLookup(spec.uid(), spec.gid(), "");
    var env = new HashMap<>(config.env());
    if (!user.home().isEmpty()) {
      env.putIfAbsent("HOME", user.home());
    }
    env.putAll(spec.env());
    env.putIfAbsent("PATH", PATH);
    var workdir = order.ownWorkdir() ? config.workdir() : spec.workdir();
    workdir = workdir.isEmpty() ? "/" : workdir;
    var labels = new HashMap<>(spec.labels());
    labels.put(LABEL, image.digest().hex());
    var missing = view.isDirectory(workdir) ? List.<String>of() : List.of(workdir);
    return new LaunchSpec(
        spec.key(),
        spec.attempt(),
        spec.slot(),
        labels,
        null,
        spec.readOnlyRoot(),
        command(spec, config),
        env,
        user.uid(),
        user.gid(),
        workdir,
        spec.network(),
        mounts(spec, config, view),
        spec.limits(),
        order.ownStopSignal() && !config.stopSignal().isEmpty()
            ? config.stopSignal()
            : spec.stopSignal(),
        spec.stopGrace(),
        spec.leaseUntilBootNanos(),
        order,
        new Layers(image.layers(), image.names(), missing),
        spec.grants());
  }

  private static byte[] file(ImageView view, String path) throws IOException {
    return view.read(path, PASSWD_MAX).orElse(new byte[0]);
  }

  private static List<String> command(LaunchSpec spec, ImageConfig config) {
    if (!spec.command().isEmpty()) {
      return spec.command();
    }
    var command = new ArrayList<>(config.entrypoint());
    command.addAll(config.command());
    if (command.isEmpty()) {
      throw new BadImage("it names no program to run; write a command");
    }
    return command;
  }

  /**
   * Its volumes are the instance's own: what they hold at first is the image's, and outlives
   * restarts in place, as with Docker's anonymous volumes. What the order mounts there instead
   * counts; what lies above comes before what lies below.
   */
  private static List<Mount> mounts(LaunchSpec spec, ImageConfig config, ImageView view)
      throws IOException {
    var mounts = new ArrayList<>(spec.mounts());
    for (var volume : config.volumes()) {
      var at = Path.of(volume).normalize();
      boolean taken =
          !at.isAbsolute()
              || at.getNameCount() == 0
              || KERNELS_OWN.contains(at.getName(0).toString())
              || mounts.stream().anyMatch(mount -> Path.of(mount.at()).normalize().equals(at));
      if (!taken) {
        mounts.add(new Mount.Own(at.toString(), view.layersOf(at.toString())));
      }
    }
    if (mounts.size() > spec.mounts().size()) {
      mounts.sort(Comparator.comparingInt(mount -> Path.of(mount.at()).normalize().getNameCount()));
    }
    return mounts;
  }
}
