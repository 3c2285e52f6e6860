package dev.regrow.runtime.process;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds the volumes of an image among the mounts that a process sees, see proc(5). Pure. */
final class OwnMounts {

  private OwnMounts() {}

  /**
   * @param mountinfo of a process
   * @return their numbers; the caller's to change
   */
  static Set<Long> of(String mountinfo, String instanceId) {
    // The fourth word is which directory of its file system a mount shows.
    var own =
        Pattern.compile(
            "(?m)^(\\d{1,18}) \\S+ \\S+ \\S*/own/%s/\\d+ ".formatted(Pattern.quote(instanceId)));
    return own.matcher(mountinfo)
        .results()
        .map(mount -> Long.valueOf(mount.group(1)))
        .collect(Collectors.toCollection(HashSet::new));
  }
}
