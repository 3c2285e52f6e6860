package dev.regrow.actors.control;

import java.util.Map;
import java.util.Optional;

/**
 * Which items, and how many.
 *
 * @param namespace empty: all
 * @param workload only what belongs to this workload; empty: all
 * @param labels all must match the workload's
 * @param limit 1..1000
 * @param next from the previous page; "" for the first
 */
public record ListQuery(
    Optional<String> namespace,
    Optional<String> workload,
    Map<String, String> labels,
    int limit,
    String next) {

  public ListQuery {
    labels = Map.copyOf(labels);
  }

  /** What comes behind the page that ended with this token. */
  public ListQuery after(String token) {
    return new ListQuery(namespace, workload, labels, limit, token);
  }

  public static ListQuery all() {
    return new ListQuery(Optional.empty(), Optional.empty(), Map.of(), 1000, "");
  }

  /** All of one namespace. */
  public static ListQuery in(String namespace) {
    return new ListQuery(Optional.of(namespace), Optional.empty(), Map.of(), 1000, "");
  }

  public static ListQuery of(WorkloadRef ref) {
    return new ListQuery(Optional.of(ref.namespace()), Optional.of(ref.name()), Map.of(), 1000, "");
  }
}
