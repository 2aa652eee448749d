// SPDX-License-Identifier: Apache-2.0
#include "cli/manual.hpp"

#include <CLI/CLI.hpp>

#include "cli/help.hpp"

namespace qinglu::cli {
namespace {

/// Names of an app's options, long forms: `--node --keys …`.
std::string flags_of(const CLI::App& app) {
  std::string flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags += (flags.empty() ? "--" : " --") + name;
  }
  return flags;
}

std::string names_of(const CLI::App& app) {
  std::string names;
  for (const CLI::App* each : app.get_subcommands({})) names += (names.empty() ? "" : " ") + each->get_name();
  return names;
}

/// Calls `put("noun verb", words)` for each place where something can be completed.
template <class Put>
void each_place(const CLI::App& root, Put put) {
  put(std::string(" "), names_of(root));
  for (const CLI::App* noun : root.get_subcommands({})) {
    const std::string verbs = names_of(*noun);
    put(noun->get_name() + " ", verbs.empty() ? flags_of(*noun) : verbs);
    for (const CLI::App* verb : noun->get_subcommands({})) {
      put(noun->get_name() + " " + verb->get_name(), flags_of(*verb));
    }
  }
}

/// The table of words that all three shells look up.
std::string shell_cases(const CLI::App& root, const char* open, const char* middle, const char* close) {
  std::string out;
  each_place(root, [&](const std::string& place, const std::string& words) {
    out += open + ("'" + place + "'") + middle + "'" + words + "'" + close;
  });
  return out;
}

std::string roff(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\\' || c == '-') out.push_back('\\');
    out.push_back(c);
    if (c == '\n') continue;
  }
  return out;
}

/// Lines of preformatted text; one that begins with a dot would be a request.
std::string verbatim(std::string_view text) {
  std::string out = ".nf\n";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += (text.starts_with('.') || text.starts_with('\'') ? "\\&" : "") + roff(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + ".fi\n";
}

std::string options_text(const CLI::App& app) {
  std::string out;
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name(false, true);
    const bool value = option->get_positional() || option->get_items_expected_max() > 0;
    out += ".TP\n\\fB" + roff(name) + "\\fR";
    if (value && !option->get_positional()) out += " \\fIVALUE\\fR";
    if (option->get_required()) out += " (required)";
    out += "\n" + roff(option->get_description()) + "\n";
  }
  return out;
}

std::string title(const std::string& name) {
  std::string upper = name;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return ".TH " + roff(upper) + " 1 \"\" \"qinglu " QINGLU_VERSION "\" \"Qinglu\"\n";
}

std::string ending() {
  return ".SH EXIT STATUS\n" + verbatim(help_text("exit-codes")) + ".SH SEE ALSO\nqinglu(1), qinglud(1), qinglu\\-verify(1)\n";
}

std::string root_page(const CLI::App& root) {
  std::string out = title("qinglu") + ".SH NAME\nqinglu \\- " + roff(root.get_description()) +
                    "\n.SH SYNOPSIS\n.B qinglu\n.I NOUN VERB\n[\\fIARGUMENT\\fR] [\\fIOPTIONS\\fR]\n.SH NOUNS\n";
  for (const CLI::App* noun : root.get_subcommands({})) {
    out += ".TP\n\\fB" + roff(noun->get_name()) + "\\fR\n" +
           roff(noun->get_description().empty() ? names_of(*noun) : noun->get_description()) + "\n";
  }
  out += ".SH OPTIONS\n" + options_text(root);
  for (std::string_view topic : kHelpTopics) {
    if (topic == "exit-codes") continue;
    std::string heading(topic);
    for (char& c : heading) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    out += ".SH " + heading + "\n" + verbatim(help_text(topic));
  }
  return out + ending();
}

std::string noun_page(const CLI::App& noun) {
  const std::string name = "qinglu-" + noun.get_name();
  std::string out = title(name) + ".SH NAME\n" + roff(name) + " \\- " +
                    roff(noun.get_description().empty() ? names_of(noun) : noun.get_description()) + "\n";
  const auto verbs = noun.get_subcommands({});
  if (verbs.empty()) return out + ".SH OPTIONS\n" + options_text(noun) + ending();
  out += ".SH COMMANDS\n";
  for (const CLI::App* verb : verbs) {
    out += ".SS qinglu " + roff(noun.get_name() + " " + verb->get_name()) + "\n" + roff(verb->get_description()) + "\n" +
           options_text(*verb);
  }
  return out + "Options of every command: qinglu(1).\n" + ending();
}

}  // namespace

std::optional<std::string> completion_script(const CommandTree& whole, std::string_view shell) {
  const CLI::App& root = whole.app();
  const std::string common = flags_of(root);
  const std::string head = "# qinglu completion " + std::string(shell) + ": generated, do not edit\n";
  if (shell == "fish") {
    return head +
           "function __qinglu_words\n"
           "  set -l words (string match -v -- '-*' (commandline -opc)[2..]) '' ''\n"
           "  switch \"$words[1] $words[2]\"\n" +
           shell_cases(root, "    case ", "; string split ' ' ", "\n") +
           "  end\n"
           "  string split ' ' '" + common + "'\n"
           "end\n"
           "complete -c qinglu -a '(__qinglu_words)'\n";
  }
  if (shell != "bash" && shell != "zsh") return std::nullopt;
  const std::string table = "_qinglu_words() {\n  case \"$1 $2\" in\n" +
                            shell_cases(root, "    ", ") echo ", " ;;\n") + "  esac\n  echo '" + common + "'\n}\n";
  if (shell == "bash") {
    return head + table +
           "_qinglu() {\n"
           "  local word words=()\n"
           "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do [[ $word == -* ]] || words+=(\"$word\"); done\n"
           "  COMPREPLY=($(compgen -W \"$(_qinglu_words \"${words[0]}\" \"${words[1]}\")\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
           "}\n"
           "complete -o default -F _qinglu qinglu\n";
  }
  return "#compdef qinglu\n" + head + table +
         "_qinglu() {\n"
         "  local -a given\n"
         "  given=(${words[2,CURRENT-1]:#-*})\n"
         "  compadd -- $(_qinglu_words \"${given[1]}\" \"${given[2]}\")\n"
         "  _files\n"
         "}\n"
         "compdef _qinglu qinglu\n";
}

std::optional<std::string> manual_page(const CommandTree& whole, std::string_view noun) {
  if (noun.empty()) return root_page(whole.app());
  for (const CLI::App* each : whole.app().get_subcommands({})) {
    if (each->get_name() == noun) return noun_page(*each);
  }
  return std::nullopt;
}

}  // namespace qinglu::cli
