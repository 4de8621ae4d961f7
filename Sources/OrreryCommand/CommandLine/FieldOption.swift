import ArgumentParser

/// `--field`: which part of a record is text.
struct FieldOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The field that is the text, in .jsonl, .ndjson, .json, .csv and .tsv files. (default: none; files are plain text)",
            valueName: "name"))
    var field: String?
}
