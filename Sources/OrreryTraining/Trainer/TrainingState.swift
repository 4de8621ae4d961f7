import Foundation
import Kernels
import OrreryFiles
import OrreryTensor

/// A run on disk, `MODEL/training/`: the plan, the counters and the flat arrays, replaced as one set.
struct TrainingState {
    static let directory = "training"

    /// What a run has reached, beside its arrays.
    struct Progress: Codable {
        var format = 1
        var step: Int
        var bestValidationLoss: Double?
        var seconds: Double
        var averaged: Int
        var dataFingerprint: UInt64
        var arraysChecksum: UInt64
    }

    let path: String

    init(model directory: String) { path = Path.join(directory, Self.directory) }

    var exists: Bool { FileStatus(Path.join(path, "plan.json")) != nil }

    func save(_ trainer: Trainer, bestValidationLoss: Double?, seconds: Double) throws {
        let arrays = trainer.stateArrays
        let bytes = arrays.reduce(0) { $0 + $1.storage.byteCount }
        let set = try DirectoryReplacement(path: path)
        try FreeSpace.requireSpace(bytes + 1 << 16, at: Path.parent(path))
        let progress = Progress(
            step: trainer.step, bestValidationLoss: bestValidationLoss, seconds: seconds, averaged: trainer.average?.count ?? 0,
            dataFingerprint: trainer.dataset.train.fingerprint, arraysChecksum: checksum(arrays.map(\.storage)))
        try AtomicFile.write(Array(try encoder.encode(trainer.plan)), to: try set.path(for: "plan.json"))
        try AtomicFile.write(Array(try encoder.encode(progress)), to: try set.path(for: "progress.json"))
        try SafetensorsWriter.write(
            arrays.map { name, storage in
                SafetensorsTensor(name: name, dtype: .float32, shape: [storage.byteCount / 4]) { sink in
                    try withExtendedLifetime(storage) { try sink(UnsafeRawBufferPointer(start: storage.pointer, count: storage.byteCount)) }
                }
            }, to: try set.path(for: "state.safetensors"))
        try set.commit()
    }

    func plan() throws -> TrainingPlan {
        try DirectoryReplacement.recover(at: path)
        guard exists else { throw TrainingError.state(path, "no training state here; expected a run started with orrery train --out") }
        return try decode(TrainingPlan.self, "plan.json")
    }

    func progress() throws -> Progress { try decode(Progress.self, "progress.json") }

    /// Fills the trainer's arrays and counters.
    func load(into trainer: Trainer) throws -> Progress {
        let progress = try progress()
        guard progress.format == 1 else { throw TrainingError.state(path, "format \(progress.format) is not known here; expected 1") }
        guard progress.dataFingerprint == trainer.dataset.train.fingerprint else {
            throw TrainingError.state(path, "the training data is not what this run began with; restore it, or start a new run with another --out")
        }
        guard (0 ... trainer.plan.steps).contains(progress.step) else {
            throw TrainingError.state(Path.join(path, "progress.json"), "step \(progress.step) lies outside of the plan's 0 ... \(trainer.plan.steps)")
        }
        if progress.averaged > 0 {
            let average = WeightAverage(elements: trainer.arena.count)
            average.count = progress.averaged
            trainer.average = average
        }
        let file = try SafetensorsFile(path: Path.join(path, "state.safetensors"))
        for (name, storage) in trainer.stateArrays {
            let entry = try file.entry(name)
            guard entry.dtype == .float32, entry.shape == [storage.byteCount / 4] else {
                throw TrainingError.state(file.path, "\(name) has shape \(entry.shape); the plan asks for [\(storage.byteCount / 4)]")
            }
            try file.bytes(of: entry).withUnsafeBytes { storage.pointer.copyMemory(from: $0.baseAddress!, byteCount: storage.byteCount) }
        }
        guard checksum(trainer.stateArrays.map(\.storage)) == progress.arraysChecksum else {
            throw TrainingError.state(file.path, "the file is damaged: its numbers do not match progress.json; start a new run, or from a copy")
        }
        trainer.arena.changed()
        trainer.step = progress.step
        return progress
    }

    private var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return encoder
    }

    private func decode<T: Decodable>(_ type: T.Type, _ name: String) throws -> T {
        let file = Path.join(path, name), decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: Data(WholeFile.read(file, limit: 1 << 20)))
        } catch let error as DecodingError {
            throw TrainingError.state(file, "not a training state: \(error.brief)")
        }
    }
}

extension Trainer {
    /// The flat arrays that a resumed run needs, by name.
    var stateArrays: [(name: String, storage: Storage)] {
        var arrays = [("weights", arena.values), ("moments", optimizer.moments), ("second_moments", optimizer.secondMoments)]
        if let average { arrays.append(("average", average.sum)) }
        return arrays
    }
}

/// FNV-1a over words of 8 bytes.
private func checksum(_ arrays: [Storage]) -> UInt64 {
    arrays.reduce(0xcbf2_9ce4_8422_2325) { hash, array in
        let words = UnsafeBufferPointer(start: array.pointer.assumingMemoryBound(to: UInt64.self), count: array.byteCount / 8)
        return words.reduce(hash) { ($0 ^ $1) &* 0x100_0000_01b3 }
    }
}

extension DecodingError {
    fileprivate var brief: String {
        switch self {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty ? context.debugDescription : "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }
}
