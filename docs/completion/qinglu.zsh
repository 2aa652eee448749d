#compdef qinglu
# qinglu completion zsh: generated, do not edit
_qinglu_words() {
  case "$1 $2" in
    ' ') echo 'annuity batch completion config correction evidence foreign help inventor key man mandate owner party patent record role rulepack schema status table trust validator version' ;;
    'annuity ') echo 'notice paid' ;;
    'annuity notice') echo '--help --pat --year --due --grace-end --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'annuity paid') echo '--help --pat --year --paid-date --amount --surcharge --reduction --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'batch ') echo 'sign submit' ;;
    'batch sign') echo '--help --output --force' ;;
    'batch submit') echo '--help --dry-run' ;;
    'completion ') echo '--help' ;;
    'config ') echo 'show path' ;;
    'config show') echo '--help --origin' ;;
    'config path') echo '--help' ;;
    'correction ') echo '--help --target --field --old --new --reason --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'evidence ') echo 'export verify' ;;
    'evidence export') echo '--help --output --force' ;;
    'evidence verify') echo '--help --policy --now --max-age --strict' ;;
    'foreign ') echo 'show register' ;;
    'foreign show') echo '--help' ;;
    'foreign register') echo '--help --office --number --kind --raw-number --raw-kind --dates --title --organisations --ipc --cpc --family --source --synthetic --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'help ') echo '--help' ;;
    'inventor ') echo 'correct' ;;
    'inventor correct') echo '--help --pat --before-commit --after-commit --proof --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'key ') echo 'new ls show import add compromise revoke rotate' ;;
    'key new') echo '--help --party --key-id --kdf' ;;
    'key ls') echo '--help' ;;
    'key show') echo '--help' ;;
    'key import') echo '--help --party --key-id' ;;
    'key add') echo '--help --party --key-id --suite --pub --owner-key-lost --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'key compromise') echo '--help --party --key-id --compromised-from --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'key revoke') echo '--help --party --key-id --reason --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'key rotate') echo '--help --party --old-key-id --key-id --suite --pub --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'man ') echo '--help' ;;
    'mandate ') echo 'end grant' ;;
    'mandate end') echo '--help --principal --agent --subject --date --reason --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'mandate grant') echo '--help --principal --agent --powers --subject --from --until --record-from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'owner ') echo 'change-address change-name' ;;
    'owner change-address') echo '--help --pat --party --before --after --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'owner change-name') echo '--help --pat --party --before --after --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'party ') echo 'show change register' ;;
    'party show') echo '--help' ;;
    'party change') echo '--help --party --field --old --new --proof --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'party register') echo '--help --kind --name --name-commit --uscc --id-commit --region --nature-code --agency-code --cert-chain --synthetic --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent ') echo 'show import accept commit deemed-withdrawn exam-request expire grant grant-notice green-tag lapse not-accept office-action prelim-result publish reject response restore withdraw' ;;
    'patent show') echo '--help' ;;
    'patent import') echo '--help --journal --resume --check --role --green' ;;
    'patent accept') echo '--help --app-no --type --filing-date --commit-ref --applicant-count --title-commit --priority --priority-restoration --divisional-of --pair-um-inv --pct-no --entry-date --entry-surcharge --green-declared --cnipa-code --synthetic --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent commit') echo '--help --type --doc-commit --applicant-commit --agent --receipt-hint --intended-green --synthetic --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent deemed-withdrawn') echo '--help --pat --date --ground --doc-hash --served --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent exam-request') echo '--help --pat --date --fee-paid --entered-date --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent expire') echo '--help --pat --date --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent grant') echo '--help --pat --grant-date --grant-no --kind --owners --inventors --claims-hash --claim-count --ipc --first-annuity-year --formalities-date --title --openings --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent grant-notice') echo '--help --pat --date --due --doc-hash --served --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent green-tag') echo '--help --pat --fpat --scheme --codes --by --evidence --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent lapse') echo '--help --pat --as-of --announce-date --cause --served --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent not-accept') echo '--help --commit-ref --date --ground --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent office-action') echo '--help --pat --kind --date --due --doc-hash --served --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent prelim-result') echo '--help --pat --kind --date --due --doc-hash --served --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent publish') echo '--help --pat --pub-no --pub-date --title --applicants --inventors --ipc --abstract-hash --openings --early-request --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent reject') echo '--help --pat --date --ground --doc-hash --served --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent response') echo '--help --pat --kind --date --doc-hash --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent restore') echo '--help --pat --basis --request-date --decision-date --obstacle-removed --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --record-basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'patent withdraw') echo '--help --pat --date --ground --applicants --cnipa-code --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'record ') echo 'draft sign submit show wait ls' ;;
    'record draft') echo '--help --from --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --output --force' ;;
    'record sign') echo '--help --output --force' ;;
    'record submit') echo '--help --dry-run' ;;
    'record show') echo '--help' ;;
    'record wait') echo '--help' ;;
    'record ls') echo '--help --category --from --limit' ;;
    'role ') echo 'grant revoke' ;;
    'role grant') echo '--help --party --role --scope --from --until --record-from --template --sign-only --draft --record-role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'role revoke') echo '--help --party --role --scope --reason --from --template --sign-only --draft --record-role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'rulepack ') echo 'publish' ;;
    'rulepack publish') echo '--help --id --effective-from --params --source-docs --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'schema ') echo 'ls show' ;;
    'schema ls') echo '--help --markdown' ;;
    'schema show') echo '--help' ;;
    'status ') echo '--help --why' ;;
    'table ') echo 'publish' ;;
    'table publish') echo '--help --name --version --effective-from --part --parts --hash --rows --source-docs --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'trust ') echo 'pin show' ;;
    'trust pin') echo '--help --output --force' ;;
    'trust show') echo '--help' ;;
    'validator ') echo 'change ready' ;;
    'validator change') echo '--help --set --from-height --possession --tolerates-none --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'validator ready') echo '--help --epoch --set-hash --member --party --size --root --from --template --sign-only --draft --role --event-date --acting-for --class --submitter --signer --supersedes --basis --valid --ledger-id --pack --dry-run --output --force' ;;
    'version ') echo '--help' ;;
  esac
  echo '--help --version --node --keys --key --trust --state --profile --lang --passphrase-fd --wait --timeout --json --fields --color --unverified --no-state --explain --curl --verbose --quiet --yes'
}
_qinglu() {
  local -a given
  given=(${words[2,CURRENT-1]:#-*})
  compadd -- $(_qinglu_words "${given[1]}" "${given[2]}")
  _files
}
compdef _qinglu qinglu
