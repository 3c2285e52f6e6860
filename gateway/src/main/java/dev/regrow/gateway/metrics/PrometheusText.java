package dev.regrow.gateway.metrics;

/** Writes the text exposition format 0.0.4. */
final class PrometheusText {

  static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final StringBuilder text = new StringBuilder(4096);

  /** Begins a metric; its samples follow at once. */
  PrometheusText metric(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  PrometheusText sample(String name, String labels, long value) {
    return raw(name, labels, Long.toString(value));
  }

  PrometheusText sample(String name, String labels, double value) {
    return raw(name, labels, Double.toString(value));
  }

  private PrometheusText raw(String name, String labels, String value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{').append(labels).append('}');
    }
    text.append(' ').append(value).append('\n');
    return this;
  }

  PrometheusText gauge(String name, String help, long value) {
    return metric(name, "gauge", help).sample(name, "", value);
  }

  PrometheusText gauge(String name, String help, double value) {
    return metric(name, "gauge", help).sample(name, "", value);
  }

  static String label(String name, String value) {
    var escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    return name + "=\"" + escaped + "\"";
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
