package dev.regrow.core.lifecycle;

import dev.regrow.core.model.ContentRef;
import dev.regrow.core.model.Template;
import java.util.ArrayList;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Decides which contents belong to a revision.
 *
 * <p>What counts is whether an object has <em>changed</em> since the workload last looked: only
 * then it takes the new content. So a rollback keeps the old content until somebody changes the
 * object again, or declares another template.
 */
final class Contents {

  private Contents() {}

  /**
   * The template as it is applied: with the present contents if its text is another one; else with
   * those that the current revision has, except of objects that have changed meanwhile. Its image
   * stays the same bytes, unless others are declared.
   *
   * @param declared with what the objects hold now
   * @param seen what they held when last looked at
   */
  static Template applied(Template declared, Template current, SortedMap<ContentRef, String> seen) {
    if (!declared.reads(current)) {
      return declared;
    }
    var image = declared.image().digest().isEmpty() ? current.image() : declared.image();
    return declared.holding(changed(declared.contents(), current.contents(), seen)).runs(image);
  }

  /** An object that was never looked at has not changed. */
  private static SortedMap<ContentRef, String> changed(
      SortedMap<ContentRef, String> present,
      SortedMap<ContentRef, String> current,
      SortedMap<ContentRef, String> seen) {
    var contents = new TreeMap<ContentRef, String>();
    present.forEach(
        (ref, hash) -> {
          var kept = current.get(ref);
          boolean same = hash.equals(seen.getOrDefault(ref, hash));
          contents.put(ref, kept != null && same ? kept : hash);
        });
    return contents;
  }

  /**
   * Takes in what the objects hold now: those that have changed make a new revision. What is not
   * there any more stays as the revision has it.
   */
  static void takeIn(Draft draft, SortedMap<ContentRef, String> present) {
    var workload = draft.workload();
    if (workload == null || workload.deleted()) {
      return;
    }
    var current = draft.template();
    var seen = new TreeMap<>(workload.seen());
    seen.putAll(present);
    seen.keySet().retainAll(current.contents().keySet());
    if (seen.equals(workload.seen())) {
      return;
    }
    var contents = new TreeMap<>(current.contents());
    contents.putAll(changed(seen, current.contents(), workload.seen()));
    draft.progress(workload.seeing(seen));
    if (!contents.equals(current.contents())) {
      var what = words(contents, current.contents());
      Requests.moveTo(
          draft, current.holding(contents), what + " changed", workload.schemaVersion(), 0);
      draft.note(
          false,
          "ContentChanged",
          "%s changed: revision %d has it".formatted(what, draft.the().rollout().revision()));
    }
  }

  private static String words(
      SortedMap<ContentRef, String> contents, SortedMap<ContentRef, String> before) {
    var changed = new ArrayList<String>();
    contents.forEach(
        (ref, hash) -> {
          if (!hash.equals(before.get(ref))) {
            changed.add(ref.toString());
          }
        });
    return String.join(", ", changed);
  }
}
