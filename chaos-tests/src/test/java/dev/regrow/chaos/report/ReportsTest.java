package dev.regrow.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class ReportsTest {

  private static Document parsed(String xml) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }

  @Test
  void a_page_fetches_nothing_and_runs_nothing() {
    var page = HtmlReport.of(Reports.broken());

    assertThat(page).doesNotContain("<script", "src=", "href=", "url(", "@import");
  }

  @Test
  void a_page_is_well_formed_and_says_all_in_words_too() throws Exception {
    var page = HtmlReport.of(Reports.broken());
    var body = parsed(page.substring(page.indexOf("<body>"), page.indexOf("</html>")));

    assertThat(body.getElementsByTagName("main").getLength()).isEqualTo(1);
    assertThat(page)
        .contains("web answers 99.9 % of requests within 200 ms")
        .contains("97.73 % of 924 answers")
        .contains("aria-label=\"web answers: 97.73 % of 924 answers good, longest gap 2.2 s\"")
        .contains("aria-label=\"web-1: ready from 0:00.0, then lost from 0:15.0")
        .contains("<code>regrow chaos run one-node-dies --seed 20231</code>");
  }

  @Test
  void what_others_wrote_stays_text() {
    var page = HtmlReport.of(Reports.notBegun());

    assertThat(page).contains("were &lt;not&gt; good").doesNotContain("<not>");
  }

  @Test
  void XML_has_no_character_that_it_cannot_hold() throws Exception {
    assertThat(Markup.escaped("a\u0001b\uD800c & \"d\""))
        .isEqualTo("a\uFFFDb\uFFFDc &amp; &quot;d&quot;");
    assertThat(parsed("<a>" + Markup.escaped("\u0000\uFFFF😀") + "</a>")).isNotNull();
  }

  @Test
  void JUnit_sees_a_test_case_for_each_claim() throws Exception {
    var suite = parsed(JUnitReport.of(Reports.broken())).getDocumentElement();

    assertThat(suite.getAttribute("tests")).isEqualTo("5");
    assertThat(suite.getAttribute("failures")).isEqualTo("2");
    assertThat(suite.getAttribute("errors")).isEqualTo("0");
    assertThat(suite.getElementsByTagName("testcase").getLength()).isEqualTo(5);
    var failure = (Element) suite.getElementsByTagName("failure").item(0);
    assertThat(failure.getAttribute("message")).isEqualTo("97.73 % of 924 answers");
    assertThat(failure.getTextContent()).contains("0:15.1: connect to 127.0.0.2:8080");
  }

  @Test
  void JUnit_sees_an_error_when_a_run_did_not_reach_its_end() throws Exception {
    var suite = parsed(JUnitReport.of(Reports.notBegun())).getDocumentElement();

    assertThat(suite.getAttribute("tests")).isEqualTo("2");
    assertThat(suite.getAttribute("errors")).isEqualTo("1");
    var error = (Element) suite.getElementsByTagName("error").item(0);
    assertThat(error.getAttribute("message")).contains("did not hold before the first fault");
  }

  @Test
  void JSON_holds_plain_numbers() throws IOException {
    var numbers = new HashSet<String>();
    try (var parser = new JsonFactory().createParser(JsonReport.of(Reports.broken()))) {
      for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
          numbers.add(parser.currentName());
        }
      }
    }

    assertThat(numbers)
        .contains(
            "seed",
            "durationMillis",
            "fromMillis",
            "untilMillis",
            "goodPercent",
            "asked",
            "p99",
            "longestGapMillis",
            "atMillis",
            "tookMillis");
  }

  @Test
  void JSON_says_what_the_page_says() {
    assertThat(JsonReport.of(Reports.broken()))
        .startsWith("{\"scenario\":\"one-node-dies\",")
        .contains("\"outcome\":\"broken\"")
        .contains("\"judgement\":\"held\"")
        .contains("\"state\":\"lost\"");
  }
}
