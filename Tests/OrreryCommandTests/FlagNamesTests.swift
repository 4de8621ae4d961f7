import OrreryCommand
import Testing

/// Settings of the library, as who types commands knows them.
@Suite struct FlagNamesTests {
    @Test(arguments: [
        ("`learningRate`: expected more than 0", "--learning-rate: expected more than 0"),
        ("make `microBatch` or `width` smaller", "make --micro-batch or --width smaller"),
        ("`topNSigma`, `dryPenaltyLastN`, `xtcThreshold`", "--top-n-sigma, --dry-penalty-last-n, --xtc-threshold"),
        ("a string of `drySequenceBreakers`", "a string of --dry-sequence-breaker"),
        ("name another `directory`", "name another --out"),
        ("`replacing` would delete it", "--overwrite would delete it"),
        ("`unheardOf` stays, and so does `a b`", "`unheardOf` stays, and so does `a b`"), ("nothing", "nothing"),
        ("a ` alone", "a ` alone"),
    ]) func areFlags(_ text: String, _ expected: String) { #expect(FlagNames.inserted(into: text) == expected) }
}
