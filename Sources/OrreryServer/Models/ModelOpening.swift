import Kernels
import OrreryEngine
import OrreryGeneration
import OrreryModels
import OrreryTensor

/// Opens models, one after the other, on a thread of its own.
struct ModelOpening: Sendable {
    let engine: EngineConfiguration
    let processor: Processor
    /// A model that guesses ahead for the others.
    private let draft: DraftOpening?
    private let queue = ComputeQueue(label: "orrery.opening")

    init(_ engine: EngineConfiguration, draft: DraftOpening?, _ processor: Processor) {
        self.engine = engine
        self.draft = draft
        self.processor = processor
    }

    /// Reads a model and makes it ready to compute.
    ///
    /// - Parameters:
    ///   - adapters: those that requests may name.
    ///   - warn: receives a line for each thing that was found and not used.
    /// - Returns: the model, the same model with each adapter, and the bytes that its weights take.
    /// - Throws: an error that names the file, the field or tensor, and what was expected.
    func open(
        _ path: String, _ adapters: [ServerConfiguration.ServedAdapter], warn: @escaping @Sendable (String) -> Void
    ) async throws -> (kind: ServedModel.Kind, adapted: [ServedModel.Kind], bytes: Int) {
        try await queue.run(on: processor) { [engine, draft] in
            do {
                let model = try TextModel.open(path, warn: warn)
                model.prepare(engine.computeType)
                var settings = engine
                settings.draftModel = try draft?.model(for: model, warn: warn)
                let engine = try Engine(model, settings)
                let adapted = try adapters.map { adapter -> ServedModel.Kind in
                    let model = try model.adapted(by: model.adapter(adapter.path, name: adapter.name))
                    return .language(model, try model.chatModel(), engine)
                }
                return (
                    .language(model, try model.chatModel(), engine), adapted, Self.bytes(of: model.model.parameters)
                )
            } catch let error as ModelError {
                // What has no next token may be an encoder.
                guard adapters.isEmpty else { throw error }
                if let ranker = try CrossEncoder.open(path, warn: warn) {
                    return (
                        .ranker(ServedRanker(ranker, Processor.current)), [], Self.bytes(of: ranker.encoder.parameters)
                    )
                }
                guard let encoder = try? SentenceEncoder.open(path, warn: warn) else { throw error }
                return (
                    .encoder(ServedEncoder(encoder, Processor.current)), [], Self.bytes(of: encoder.encoder.parameters)
                )
            }
        }
    }

    /// Weights as they are held, and their copies in the order of products.
    private static func bytes(of parameters: [Parameter]) -> Int {
        parameters.reduce(0) { sum, parameter in
            guard parameter.blocks.isEmpty else {
                // The pages of a mapped file can be dropped once their copy is there.
                return sum + parameter.blocks.reduce(0) { $0 + $1.byteCount }
            }
            return sum + parameter.count * parameter.value.dtype.size + parameter.packedByteCount
        }
    }
}
