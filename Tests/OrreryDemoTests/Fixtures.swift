import OrreryDemo

/// One megabyte, made once: most tests read the same text that a newcomer trains on.
let corpusText = DemoCorpus().text()

let corpusDocuments = Array(DemoCorpus().documents().prefix(5_000))

func documents(_ kind: DemoDocument.Kind) -> [DemoDocument] {
    corpusDocuments.filter { $0.kind == kind }
}

/// FNV-1a, 64 bits.
func checksum(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
