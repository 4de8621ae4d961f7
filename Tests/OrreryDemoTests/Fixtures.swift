import OrreryDemo

/// One megabyte, made once: most tests read the same text that a newcomer trains on.
let corpusText = DemoCorpus().text()

/// About half of it, which keeps the tests that read by regular expression short.
let corpusDocuments: [DemoDocument] = Array(DemoCorpus().documents().prefix(2_500))

func documents(_ kind: DemoDocument.Kind) -> [DemoDocument] {
    corpusDocuments.filter { $0.kind == kind }
}

/// FNV-1a, 64 bits.
func checksum(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
