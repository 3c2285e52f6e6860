package dev.regrow.gateway.metrics;

import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.StoreHealth;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The gateway's own counters, and how they and the node's state are written. Thread-safe. */
public final class Metrics {

  public static final String MEDIA_TYPE = PrometheusText.MEDIA_TYPE;

  private static final String DURATION = "regrow_http_request_duration_seconds";
  private static final String REQUESTS = "regrow_http_requests_total";
  private static final String STRANGERS = "regrow_http_strangers_closed_total";

  private final Map<Series, Histogram> durations = new ConcurrentHashMap<>();
  private final Map<Answered, LongAdder> answers = new ConcurrentHashMap<>();
  private final LongAdder strangers = new LongAdder();

  private record Series(String method, String route) {
    String labels() {
      return PrometheusText.label("method", method) + "," + PrometheusText.label("route", route);
    }
  }

  private record Answered(Series series, int status) {
    String labels() {
      return series.labels() + ",status=\"" + status + "\"";
    }
  }

  private volatile @Nullable LongSupplier certificateSeconds;

  /** From now on also tells how long the node's certificate is good, as that says when asked. */
  public void certificate(LongSupplier secondsLeft) {
    certificateSeconds = secondsLeft;
  }

  /**
   * Counts an answer.
   *
   * @param route the path's template, so that the number of series stays bounded
   * @param nanos until the answer began
   */
  public void answered(String method, String route, int status, long nanos) {
    var series = new Series(isUsual(method) ? method : "other", route);
    durations.computeIfAbsent(series, key -> new Histogram()).record(nanos);
    answers.computeIfAbsent(new Answered(series, status), key -> new LongAdder()).increment();
  }

  /** Counts a connection without a good token that was closed for another one. */
  public void madeRoom() {
    strangers.increment();
  }

  private static boolean isUsual(String method) {
    return switch (method) {
      case "GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS" -> true;
      default -> false;
    };
  }

  /**
   * Everything, as Prometheus reads it.
   *
   * @param state null while the cluster cannot tell
   */
  public String text(String node, @Nullable State state) {
    var text = new PrometheusText();
    text.metric("regrow_node_info", "gauge", "This node.")
        .sample("regrow_node_info", PrometheusText.label("node", node), 1);
    text.gauge("regrow_cluster_up", "Whether the cluster answers.", state == null ? 0 : 1);
    if (state != null) {
      store(text, state.store());
      instances(text, state.instances());
    }
    var certificate = certificateSeconds;
    if (certificate != null) {
      text.gauge(
          "regrow_certificate_seconds_left",
          "Until this node's certificate ends; renewed with a third of its life left.",
          certificate.getAsLong());
    }
    process(text);
    text.metric(STRANGERS, "counter", "Connections without a good token closed for others.")
        .sample(STRANGERS, "", strangers.sum());
    text.metric(REQUESTS, "counter", "Answers by method, route and status.");
    sorted(answers, Answered::labels)
        .forEach((labels, count) -> text.sample(REQUESTS, labels, count.sum()));
    text.metric(DURATION, "histogram", "Time until an answer begins.");
    sorted(durations, Series::labels)
        .forEach((labels, histogram) -> histogram.writeTo(text, DURATION, labels));
    return text.toString();
  }

  private static <K, V> Map<String, V> sorted(Map<K, V> series, Function<K, String> labels) {
    var sorted = new TreeMap<String, V>();
    series.forEach((key, value) -> sorted.put(labels.apply(key), value));
    return sorted;
  }

  /** What the cluster says at the moment of a scrape. */
  public record State(StoreHealth store, Iterable<Instance> instances) {}

  private static void store(PrometheusText text, StoreHealth store) {
    text.gauge(
        "regrow_store_writable", "Whether changes are accepted.", store.getWritable() ? 1 : 0);
    text.gauge(
        "regrow_store_applied_index",
        "The index of the newest change this node has applied.",
        store.getAppliedIndex());
    text.gauge("regrow_store_keys", "Records in the store.", store.getKeys());
    text.gauge(
        "regrow_store_snapshot_index",
        "The index of the newest snapshot.",
        store.getSnapshotIndex());
  }

  private static void instances(PrometheusText text, Iterable<Instance> instances) {
    var byPhase = new EnumMap<InstancePhase, Integer>(InstancePhase.class);
    for (var phase : InstancePhase.values()) {
      if (phase != InstancePhase.UNRECOGNIZED
          && phase != InstancePhase.INSTANCE_PHASE_UNSPECIFIED) {
        byPhase.put(phase, 0);
      }
    }
    long restarts = 0;
    for (var instance : instances) {
      byPhase.merge(instance.getPhase(), 1, Integer::sum);
      restarts += instance.getRestarts();
    }
    text.metric("regrow_instances", "gauge", "Instances by phase.");
    byPhase.forEach(
        (phase, count) ->
            text.sample(
                "regrow_instances",
                PrometheusText.label(
                    "phase", phase.name().replace("INSTANCE_", "").toLowerCase(Locale.ROOT)),
                count));
    text.gauge(
        "regrow_instance_restarts", "Restarts in place of the instances that exist.", restarts);
  }

  private static void process(PrometheusText text) {
    var memory = ManagementFactory.getMemoryMXBean();
    var runtime = ManagementFactory.getRuntimeMXBean();
    text.gauge("regrow_jvm_heap_used_bytes", "Heap in use.", memory.getHeapMemoryUsage().getUsed());
    text.gauge("regrow_jvm_heap_max_bytes", "Heap at most.", memory.getHeapMemoryUsage().getMax());
    text.gauge(
        "regrow_jvm_threads", "Threads.", ManagementFactory.getThreadMXBean().getThreadCount());
    text.gauge("regrow_node_uptime_seconds", "Since the start.", runtime.getUptime() / 1e3);
    text.metric("regrow_jvm_gc_seconds_total", "counter", "Time in garbage collection.");
    for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      text.sample(
          "regrow_jvm_gc_seconds_total",
          PrometheusText.label("collector", collector.getName()),
          collector.getCollectionTime() / 1e3);
    }
  }
}
