// SPDX-License-Identifier: Apache-2.0
// `qinglu patent import` against a scripted node: what leaves the program, and what an interruption
// at any batch boundary leaves behind.
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>

#include "api/http/http_server.hpp"
#include "cli/import.hpp"
#include "cli/keys.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/keyfile.hpp"
#include "ledger/catalog/check_form.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "tests/cli/captured.hpp"
#include "tests/cli/environment.hpp"
#include "tests/support/catch.hpp"

#include <fcntl.h>
#include <unistd.h>

using namespace qinglu;
using namespace qinglu::test;
using ledger::Value;
namespace fs = std::filesystem;

namespace {

const std::string kOffice = "org:11500000QL000009XA";
const std::string kLedger = "sha256:" + std::string(64, 'a');

/// A node that takes whole batches, refuses those with a subject that exists, and can break off.
class ScriptedNode {
 public:
  enum class Mood { works, drops_answers, overloaded, pending };

  ScriptedNode() {
    api::HttpOptions options;
    options.port = 0;
    options.requests_per_second = 0;
    options.body_bytes = [](std::string_view, std::string_view) { return std::size_t{2} << 20; };
    server_ = std::move(*api::HttpServer::start(std::move(options), [this](api::HttpRequest request, api::HttpReply reply) {
      const std::lock_guard lock(mutex_);
      reply(answer(request));
    }));
  }
  std::string address() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  std::mutex mutex_;
  Mood mood = Mood::works;
  int batches_until_mood = 0;           ///< batches that still work before `mood` sets in
  std::vector<std::string> bodies;      ///< final, in order
  std::set<std::string> ids;            ///< of final manifests
  std::map<std::string, int> filed;     ///< subject -> how often
  std::set<std::string> refused_keys;   ///< subjects refused for another reason
  std::vector<std::string> everything;  ///< all that was ever sent

 private:
  static api::HttpResponse json(unsigned status, Value body) {
    return {status, "application/json", ledger::to_canonical(body), {}};
  }

  api::HttpResponse answer(const api::HttpRequest& request) {
    if (request.path == "/v1/status") return json(200, Value::Members{{"ledger_id", kLedger}, {"rule_pack", 1}});
    if (request.path != "/v1/batches") return json(404, Value::Members{{"code", "NOT_FOUND"}, {"title", "no"}});
    everything.push_back(request.body);
    const bool moody = mood != Mood::works && batches_until_mood-- <= 0;
    if (moody && mood == Mood::overloaded) return json(503, Value::Members{{"code", "UNAVAILABLE"}, {"title", "full"}});
    Value result = judge(request.body);
    const unsigned status = result.find("n") ? 409 : 200;
    if (moody && mood == Mood::drops_answers) return {500, "text/plain", "gone", {}};
    if (moody && status == 200) result.set("state", Value("pending"));
    return json(status, std::move(result));
  }

  Value judge(const std::string& batch) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < batch.size();) {
      const std::size_t end = std::min(batch.find('\n', at), batch.size());
      lines.push_back(batch.substr(at, end - at));
      at = end + 1;
    }
    const std::string id = to_sha256_id(ledger::record_id_of(ledger::parse_entry(lines[0])->body_bytes));
    const Value final_state(Value::Members{{"height", 1}, {"id", id}, {"index", 2}, {"state", "final"}});
    if (ids.contains(id)) return final_state;
    for (std::size_t n = 1; n < lines.size(); ++n) {
      const Value body = ledger::parse_canonical(lines[n], ledger::kBodyLimits).value();
      if (body.text_of("type") != "foreign.register") continue;
      for (const Value& subject : body.items_of("subjects")) {
        if (!subject.text().starts_with("fpat:")) continue;
        const bool exists = filed.contains(subject.text());
        if (!exists && !refused_keys.contains(subject.text())) continue;
        return Value(Value::Members{{"code", "BATCH_MEMBER_REFUSED"},
                                    {"detail", exists ? "FOREIGN_EXISTS: there" : "OFFICE_CODE_UNKNOWN: no"},
                                    {"n", static_cast<std::int64_t>(n - 1)}});
      }
    }
    ids.insert(id);
    for (std::size_t n = 1; n < lines.size(); ++n) {
      const Value body = ledger::parse_canonical(lines[n], ledger::kBodyLimits).value();
      bodies.push_back(lines[n]);
      if (body.text_of("type") != "foreign.register") continue;
      for (const Value& subject : body.items_of("subjects")) {
        if (subject.text().starts_with("fpat:")) ++filed[subject.text()];
      }
    }
    return final_state;
  }

  std::unique_ptr<api::HttpServer> server_;
};

struct Office {
  Home home;
  ScriptedNode node;

  Office() {
    cli::Settings settings;
    settings.keys = home.path() + "/keys";
    const auto place = cli::place_of(settings, kOffice, "k1");
    fs::create_directories(fs::path(place.path).parent_path());
    const auto text = crypto::seal_key(crypto::SigningKey::from_seed(Bytes(32, 'o')), "record", std::nullopt, "secret",
                                       {2, std::uint64_t{64} << 20});
    REQUIRE(crypto::save_key_file(place.path, *text));
  }

  Ran import(const std::vector<std::string>& files, std::vector<std::string> more = {}) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::write(ends[1], "secret\n", 7) == 7);
    ::close(ends[1]);
    std::vector<std::string> words = {"patent", "import", "--green", "--json", "--yes", "--unverified", "--node", node.address(), "--keys",
                                      home.path() + "/keys", "--state", home.path() + "/state", "--timeout", "1s",
                                      "--journal", home.path() + "/journal", "--passphrase-fd", std::to_string(ends[0])};
    words.insert(words.end(), files.begin(), files.end());
    words.insert(words.end(), more.begin(), more.end());
    Ran ran = qinglu::test::qinglu(words);
    ::close(ends[0]);
    return ran;
  }

  std::string results() const {
    std::ifstream file(home.path() + "/journal/results.jsonl");
    return {(std::istreambuf_iterator<char>(file)), {}};
  }
};

std::string at(const std::string& name) { return std::string(QINGLU_TESTS) + "/" + name; }

const std::vector<std::string> kRealFiles = {"data/uspto/ppubs_biblio.jsonl", "data/uspto/US11646472B2.xml", "data/uspto/ipg130416.small.xml",
                                             "cli/data/US06859910.xml", "cli/data/USD0558902.xml", "cli/data/peds_apps.jsonl",
                                             "cli/data/odp_apps.jsonl"};

std::vector<std::string> real_files() {
  std::vector<std::string> files;
  for (const std::string& name : kRealFiles) files.push_back(at(name));
  return files;
}

/// Texts between two marks.
std::vector<std::string> between(const std::string& text, const std::string& open, const std::string& close) {
  std::vector<std::string> found;
  for (std::size_t from = text.find(open); from != text.npos; from = text.find(open, from + 1)) {
    const std::size_t start = from + open.size();
    const std::size_t end = text.find(close, start);
    if (end == text.npos) break;
    found.push_back(text.substr(start, end - start));
  }
  return found;
}

/// A file of many rights whose titles are long, so that they fill several batches.
std::string many(std::size_t count, const std::string& path) {
  std::ofstream file(path);
  for (std::size_t i = 0; i < count; ++i) {
    file << R"({"guid":"x","publicationReferenceDocumentNumber":")" << 7'000'000 + i
         << R"(","kindCode":["B1"],"type":"USPAT","datePublished":"2008-01-01T00:00:00Z","inventionTitle":")"
         << std::string(1'900, 'x') << R"(","assigneeName":["Example Inc."]})" << "\n";
  }
  return path;
}

}  // namespace

TEST_CASE("no person, street or postcode of the real files leaves the importer", "[cli][import][privacy]") {
  Office office;
  const Ran ran = office.import(real_files());
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  std::string sent;
  for (const std::string& batch : office.node.everything) sent += batch;
  sent += office.results() + ran.out + ran.err;
  std::set<std::string> persons;
  for (const std::string& name : kRealFiles) {
    const std::string text = read_test_file(name);
    for (const std::string& each : between(text, "\"inventorsShort\":\"", "\"")) persons.insert(each.substr(0, each.find(" et al.")));
    for (const char* member : {"\"inventorName\": \"", "\"assignorName\": \"", "\"correspondentNameText\": \"", "\"primaryExaminer\":\""}) {
      for (const std::string& each : between(text, member, "\"")) persons.insert(each);
    }
    const auto first = between(text, "<first-name>", "</first-name>");
    const auto last = between(text, "<last-name>", "</last-name>");
    for (const std::string& each : first) persons.insert(">" + each + "<");
    for (std::size_t i = 0; i < std::min(first.size(), last.size()); ++i) {
      persons.insert(first[i] + " " + last[i]);
      persons.insert(last[i] + ", " + first[i]);
    }
  }
  CHECK(persons.size() > 400);
  for (const std::string& person : persons) {
    // An assignor may be a company, which may also stand as the assignee of an earlier transfer.
    if (person.size() < 6 || person.find("INC") != person.npos || person.find("L.P.") != person.npos || person.find("LLC") != person.npos) continue;
    INFO(person);
    CHECK(sent.find(person) == std::string::npos);
  }
}

TEST_CASE("street and postcode of a source reach neither record nor report", "[cli][import][privacy]") {
  Office office;
  const std::string path = office.home.path() + "/grant.xml";
  std::ofstream(path) << "<?xml version=\"1.0\"?><us-patent-grant><us-bibliographic-data-grant><publication-reference><document-id>"
                         "<country>US</country><doc-number>09876543</doc-number><kind>B1</kind><date>20180102</date></document-id>"
                         "</publication-reference><invention-title>Heat pump</invention-title><assignees><assignee><addressbook>"
                         "<orgname>Example Inc.</orgname><address><street>5 Secret Lane</street><postcode>99999</postcode>"
                         "<country>US</country></address></addressbook></assignee></assignees></us-bibliographic-data-grant></us-patent-grant>";
  const Ran ran = office.import({path});
  REQUIRE(ran.code == 0);
  REQUIRE(office.node.bodies.size() == 1);
  for (const std::string& text : {office.node.everything[0], office.results(), ran.out}) {
    CHECK(text.find("Secret") == std::string::npos);
    CHECK(text.find("99999") == std::string::npos);
  }
}

TEST_CASE("every row of the input has its answer, and what is filed has the form of its type", "[cli][import]") {
  Office office;
  const Ran ran = office.import(real_files());
  REQUIRE(ran.code == 0);
  const Value document = ran.document();
  std::int64_t states = 0;
  for (const auto& member : document.find("states")->members()) states += member.value.integer();
  CHECK(states == document.integer_of("rows"));
  const std::string results = office.results();
  CHECK(std::count(results.begin(), results.end(), '\n') == document.integer_of("rows"));
  CHECK(document.find("states")->integer_of("final") == static_cast<std::int64_t>(office.node.filed.size()));
  CHECK(document.find("states")->integer_of("duplicate") == 0);
  for (const std::string& body : office.node.bodies) {
    const Value parsed = ledger::parse_canonical(body, ledger::kBodyLimits).value();
    const auto issues = ledger::check_form(parsed);
    INFO(body);
    CHECK(issues.empty());
  }
}

TEST_CASE("a right that the input names twice is filed once", "[cli][import]") {
  Office office;
  const Ran ran = office.import({at("cli/data/USD0558902.xml"), at("cli/data/USD0558902.xml")});
  CHECK(ran.code == 0);
  CHECK(ran.document().find("states")->integer_of("duplicate") == 1);
  CHECK(office.node.filed.size() == 1);
}

TEST_CASE("events are filed behind their rights, once, and every one has its answer", "[cli][import][events]") {
  Office office;
  const std::vector<std::string> files = {at("data/uspto/assignments.xml"), at("data/uspto/peds_apps.jsonl"), at("data/uspto/ptab/search_trial_proceedings.json")};
  const std::vector<std::string> with_map = {"--event-map", at("data/tables/FOREIGN_EVENT_MAP.json")};
  const Ran ran = office.import(files, with_map);
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  const Value document = ran.document();
  std::int64_t states = 0;
  for (const auto& member : document.find("states")->members()) states += member.value.integer();
  CHECK(states == document.integer_of("rows"));
  std::set<std::string> rights;
  std::size_t events = 0;
  for (const std::string& body : office.node.bodies) {
    const Value parsed = ledger::parse_canonical(body, ledger::kBodyLimits).value();
    INFO(body);
    CHECK(ledger::check_form(parsed).empty());
    const std::string subject(parsed.items_of("subjects").front().text());
    if (parsed.text_of("type") == "foreign.register") rights.insert(subject);
    if (parsed.text_of("type") != "foreign.event") continue;
    ++events;
    CHECK(rights.contains(subject));
    CHECK(body.find("GLOVER") == std::string::npos);  // an assignor who is a person
  }
  CHECK(document.find("states")->integer_of("final") == static_cast<std::int64_t>(rights.size() + events));
  CHECK(events > 3'000);
  const Value& titles = *document.find("events")->find("titles");
  CHECK(titles.integer_of("follow") > 100);
  CHECK(titles.integer_of("flagged") > 0);
  CHECK(document.find("events")->integer_of("persons_left_out") > 0);
  // The trials' patents are in no file and on no ledger.
  CHECK(office.results().find("search_trial_proceedings.json#1 event 1") != std::string::npos);
  const Ran again = office.import(files, {"--event-map", with_map[1], "--resume"});
  CHECK(again.code == 0);
  CHECK(office.node.bodies.size() == rights.size() + events);
}

TEST_CASE("events of a right that is refused are not tried", "[cli][import][events]") {
  Office office;
  office.node.refused_keys = {"fpat:US/9281085-B2"};
  const Ran ran = office.import({at("data/uspto/peds_apps.jsonl")}, {"--event-map", at("data/tables/FOREIGN_EVENT_MAP.json")});
  CHECK(ran.code == 6);
  CHECK(office.results().find(R"("detail":"its right was refused","key":"fpat:US/9281085-B2 CONV-ASSIGNMENT)") != std::string::npos);
  for (const std::string& body : office.node.bodies) CHECK(body.find("fpat:US/9281085-B2") == std::string::npos);
}

TEST_CASE("a refused row leaves its batch and the rest is filed", "[cli][import]") {
  Office office;
  office.node.refused_keys = {"fpat:US/7000003-B1"};
  office.node.filed["fpat:US/7000005-B1"] = 1;
  const Ran ran = office.import({many(10, office.home.path() + "/many.jsonl")});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 6);
  const Value document = ran.document();
  CHECK(document.find("states")->integer_of("final") == 8);
  CHECK(document.find("states")->integer_of("refused") == 1);
  CHECK(document.find("states")->integer_of("exists") == 1);
  CHECK(office.results().find(R"("detail":"OFFICE_CODE_UNKNOWN: no","key":"fpat:US/7000003-B1")") != std::string::npos);
}

TEST_CASE("an import broken off at any batch goes on with --resume and files each right exactly once", "[cli][import][F61]") {
  using Mood = ScriptedNode::Mood;
  const auto mood = GENERATE(Mood::drops_answers, Mood::overloaded, Mood::pending);
  const auto boundary = GENERATE(0, 1, 2);
  CAPTURE(static_cast<int>(mood), boundary);
  Office office;
  const std::string file = many(1'200, office.home.path() + "/many.jsonl");
  office.node.mood = mood;
  office.node.batches_until_mood = boundary;
  const Ran broken = office.import({file});
  INFO(broken.out << broken.err);
  CHECK(broken.code == (mood == Mood::overloaded ? 8 : 9));
  {
    const std::lock_guard lock(office.node.mutex_);
    office.node.mood = Mood::works;
  }
  CHECK(office.import({file}).code == 7);
  const Ran resumed = office.import({file}, {"--resume"});
  INFO(resumed.out << resumed.err);
  CHECK(resumed.code == 0);
  CHECK(resumed.document().find("states")->integer_of("final") == 1'200);
  CHECK(office.node.filed.size() == 1'200);
  for (const auto& [key, times] : office.node.filed) {
    INFO(key);
    REQUIRE(times == 1);
  }
  const Ran again = office.import({file}, {"--resume"});
  CHECK(again.code == 0);
  CHECK(office.node.bodies.size() == 1'200);
}
