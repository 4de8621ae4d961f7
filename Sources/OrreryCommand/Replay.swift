import ArgumentParser
import Kernels
import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryHub
import OrreryTerminal

/// The texts of a response once more, from its receipt.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the texts of a server's response again from its receipt, and check that they are the same.",
        discussion: """
            A response of `orrery serve` carries a receipt where the request has "orrery": {"receipt": true}. The file is the receipt, or the whole \
            response that has it. Standard output gets the texts, byte by byte; the exit status is 0 if all of them are those of the receipt, else 1. \
            The model's files must have the hashes of the receipt, and the instruction set is that of the receipt where this machine has it.
            """)

    @Argument(help: "Receipt, or response with a receipt, as JSON; - reads standard input.")
    var receipt: String

    @Option(
        name: .shortAndLong,
        help: "GGUF file or model directory to use. (default: the path in the receipt)")
    var model: String?

    @Option(
        name: .customLong("lora"),
        help: ArgumentHelp("Adapter's directory to use. (default: the path in the receipt)", valueName: "dir"))
    var adapter: String?

    @Option(name: [.customShort("t"), .long], help: "Threads to compute with. (default: the processor's cores)")
    var threads: Int?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let threads, !(1 ... 1024).contains(threads) {
            throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
        }
    }

    func run() throws {
        let receipt = try read()
        if receipt.version != Version.current {
            standardError(
                "orrery: warning: the receipt is of version \(receipt.version), and this is \(Version.current): texts may differ"
            )
        }
        let files = ReceiptFiles(receipt, model: model, adapter: adapter)
        try files.check()
        let processor = try processor(receipt)
        try Processor.$current.withValue(processor) {
            let texts = try ReceiptTexts(receipt, files)
            nonisolated(unsafe) var made: [[ReceiptTexts.Text]] = []  // read once the work is done
            try Waiting.on { made = try await texts.make() }
            try report(receipt, made)
        }
    }

    private func read() throws -> Receipt {
        let file = receipt == "-" ? "standard input" : receipt
        let json =
            receipt == "-"
            ? try JSONValue(parsing: StandardInput.text(), file: file) : try JSONValue(contentsOf: receipt)
        return try Receipt(JSONFields(json["orrery"]?["receipt"] ?? json["receipt"] ?? json, file: file))
    }

    /// One that computes as the receipt says, as far as this machine can.
    private func processor(_ receipt: Receipt) throws -> Processor {
        let own = try InstructionSet.selected()
        let set = InstructionSet.available.contains(receipt.instructionSet) ? receipt.instructionSet : own
        if set != receipt.instructionSet {
            standardError(
                "orrery: warning: the receipt is of \(receipt.instructionSet.rawValue), which this machine lacks; computing with \(set.rawValue), so that texts may differ"
            )
        }
        return Processor(
            set, threads: threads ?? Processor.current.threads, activations: receipt.activations)
    }

    private func report(_ receipt: Receipt, _ made: [[ReceiptTexts.Text]]) throws {
        let wanted = receipt.requests.map(\.texts), isSame = made.map { $0.map(\.hash) } == wanted
        if output.json {
            try output.print([
                "same": JSONValue(isSame),
                "texts": .array(
                    zip(made.joined(), wanted.joined()).map { text, wanted in
                        [
                            "text": JSONValue(text.text), "sha256": JSONValue(text.hash.sha256),
                            "expected_sha256": JSONValue(wanted.sha256), "same": JSONValue(text.hash == wanted),
                        ]
                    }),
            ])
        } else {
            let out = Terminal.standardOutput
            for text in made.joined() { try out.write(text.text) }
            if out.isTerminal { try out.writeLine() }
        }
        guard isSame else {
            let count = zip(made.joined(), wanted.joined()).count { $0.hash != $1 }
            throw InputError("other than in the receipt: \(count) of \(Human.number(wanted.joined().count, "text"))")
        }
    }
}
