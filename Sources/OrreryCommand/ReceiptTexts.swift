import Kernels
import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryHub

/// The files that a receipt names, or those that stand in for them.
struct ReceiptFiles {
    let model: String
    let adapter: String?
    private let receipt: Receipt

    init(_ receipt: Receipt, model: String?, adapter: String?) {
        self.receipt = receipt
        self.model = model ?? receipt.model.path
        self.adapter = receipt.adapter.map { adapter ?? $0.path }
    }

    /// - Throws: `InputError` that names the first file with another content.
    func check() throws {
        try check(Hub.localPath(of: model), receipt.model, flag: "--model")
        if let adapter, let source = receipt.adapter { try check(Hub.localPath(of: adapter), source, flag: "--lora") }
    }

    private func check(_ path: String, _ source: Receipt.Source, flag: String) throws {
        guard FileStatus(path) != nil else {
            throw InputError(
                "\(path): there is no such file; expected \(source.name) of the receipt, or \(flag) with its path")
        }
        let found = try FileHash.ofModel(path)
        // A single file may have been renamed.
        if found.count == 1, source.files.count == 1, found[0].sha256 == source.files[0].sha256 { return }
        for file in source.files where !found.contains(file) {
            let other = found.first { $0.name == file.name }
            throw InputError(
                "\(path): \(other == nil ? "has no \(file.name)" : "\(file.name) has the hash \(other!.sha256)"); expected \(file.sha256), as the receipt says"
            )
        }
    }
}

/// The texts that a receipt tells of, made again.
struct ReceiptTexts {
    struct Text {
        var text: String
        var hash: Receipt.Request.Text
    }

    private let receipt: Receipt
    private let model: TextModel
    private let engine: Engine

    init(_ receipt: Receipt, _ files: ReceiptFiles) throws {
        self.receipt = receipt
        let base = try TextModel.open(files.model, warn: ModelWarning.using)
        model =
            try files.adapter.map {
                try base.adapted(by: base.adapter($0, name: receipt.adapter?.name ?? "adapter"))
            } ?? base
        model.prepare(receipt.computeType)
        engine = try Engine(
            model, EngineConfiguration(computeType: receipt.computeType, cacheType: receipt.cacheType))
    }

    func make() async throws -> [[Text]] {
        var all: [[Text]] = []
        for request in receipt.requests {
            var texts = Array(repeating: (text: "", tokens: 0, reason: FinishReason?.none), count: request.choices)
            for try await event in engine.generate(request.request) {
                guard case .token(let choice, let step, _) = event else { continue }
                texts[choice].text += step.text
                texts[choice].tokens += 1
                texts[choice].reason = step.finishReason
            }
            all.append(
                texts.map {
                    Text(text: $0.text, hash: .init($0.text, tokens: $0.tokens, finishReason: $0.reason))
                })
        }
        return all
    }
}
