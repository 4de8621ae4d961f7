import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryTensor

/// A run on disk, `MODEL/training/`: the plan, the counters and the flat arrays, replaced as one set.
struct TrainingState {
    static let directory = ModelDirectory.RunName.training.rawValue
    static let fileNames = ["plan.json", "progress.json", "state.safetensors"]

    /// What a run has reached, next to its arrays.
    struct Progress: Codable {
        static let format = 2
        var format = Self.format
        var step: Int
        var bestValidationLoss: Double?
        var seconds: Double
        /// What a run that keeps to a time leaves for its end.
        var secondsAtEnd: Double
        /// Weights in the average.
        var averaged: Int
        /// Whether the validation of this step was stopped before its end; nil means no.
        var owesValidation: Bool?
        var instructionSet: String
        var dataFingerprint: UInt64
        var arraysChecksum: UInt64
        /// Of the plan's file and of the other fields.
        var checksum: UInt64 = 0
    }

    let path: String

    init(model directory: String) { path = Path.join(directory, Self.directory) }

    private var planFile: String { Path.join(path, "plan.json") }
    private var progressFile: String { Path.join(path, "progress.json") }
    private var arraysFile: String { Path.join(path, "state.safetensors") }

    // MARK: Writing

    /// - Throws: `FileError` where the disk has no room for the arrays.
    func requireSpace(_ trainer: Trainer) throws {
        try FreeSpace.requireSpace(
            trainer.stateArrays.reduce(1 << 16) { $0 + $1.storage.byteCount }, at: Path.parent(path))
    }

    func save(
        _ trainer: Trainer, bestValidationLoss: Double?, seconds: Double, secondsAtEnd: Double,
        owesValidation: Bool = false
    ) throws {
        let arrays = trainer.stateArrays
        let set = try DirectoryReplacement(path: path)
        try requireSpace(trainer)
        let plan = try encoded(trainer.plan)
        var progress = Progress(
            step: trainer.step, bestValidationLoss: bestValidationLoss, seconds: seconds, secondsAtEnd: secondsAtEnd,
            averaged: trainer.average?.count ?? 0, owesValidation: owesValidation ? true : nil,
            instructionSet: Processor.current.instructionSet.rawValue,
            dataFingerprint: trainer.dataset.fingerprint, arraysChecksum: trainer.stateChecksum)
        progress.checksum = try checksum(progress, plan)
        let tensors = arrays.map { name, storage in
            SafetensorsTensor(name: name, dtype: .float32, shape: [storage.byteCount / 4]) { sink in
                try withExtendedLifetime(storage) {
                    try sink(UnsafeRawBufferPointer(start: storage.pointer, count: storage.byteCount))
                }
            }
        }
        let progressText = try encoded(progress)
        try set.write(planFile) { try AtomicFile.write(plan, to: $0) }
        try set.write(progressFile) { try AtomicFile.write(progressText, to: $0) }
        try set.write(arraysFile) { try SafetensorsWriter.write(tensors, to: $0) }
        try set.commit()
    }

    // MARK: Reading

    func plan() throws -> TrainingPlan { try read().plan }

    /// Whether all steps of the plan are done, and what was learnt is validated; false where there is no run, or a
    /// damaged one.
    var isFinished: Bool {
        (try? read()).map { $0.progress.step >= $0.plan.steps && $0.progress.owesValidation != true } ?? false
    }

    /// Fills the trainer's arrays and counters.
    func load(into trainer: Trainer) throws -> Progress {
        let progress = try read().progress
        guard progress.dataFingerprint == trainer.dataset.fingerprint else {
            throw TrainingError.state(
                path,
                "the training data is not what this run began with; restore it, or start a new run with another `directory`"
            )
        }
        if progress.averaged > 0 {
            let average = WeightAverage(elements: trainer.arena.count)
            average.count = progress.averaged
            trainer.average = average
        }
        let file = try openArrays()
        for (name, storage) in trainer.stateArrays {
            let entry = try file.entry(name)
            guard entry.dtype == .float32, entry.shape == [storage.byteCount / 4] else {
                throw TrainingError.state(
                    file.path, "\(name) has shape \(entry.shape); the plan asks for [\(storage.byteCount / 4)]")
            }
            try file.bytes(of: entry).withUnsafeBytes {
                storage.pointer.copyMemory(from: $0.baseAddress!, byteCount: storage.byteCount)
            }
        }
        guard trainer.stateChecksum == progress.arraysChecksum else {
            throw TrainingError.state(
                file.path, "the file is damaged: its numbers do not match progress.json; \(Self.advice)")
        }
        trainer.arena.dropPackedCopies()  // packed copies are stale
        trainer.step = progress.step
        return progress
    }

    /// What a file of weights may be told to be, a download that was cut off, a state is not.
    private func openArrays() throws -> SafetensorsFile {
        do { return try SafetensorsFile(path: arraysFile) } catch let error as FileError where error.isMalformed {
            throw TrainingError.state(arraysFile, "the file is cut off or damaged; \(Self.advice)")
        }
    }

    private static let advice = "start a new run, or restore the directory from a copy"

    private static let expected = "the directory of a training run"

    /// The two small files, checked against each other.
    private func read() throws -> (plan: TrainingPlan, progress: Progress) {
        try DirectoryReplacement.recover(at: path)
        guard FileStatus(planFile) != nil else {
            let directory = Path.parent(path)
            switch FileStatus(directory)?.kind {
            case .directory: throw TrainingError.state(path, "no training state here; expected \(Self.expected)")
            case nil: throw TrainingError.state(directory, "does not exist; expected \(Self.expected)")
            default: throw TrainingError.state(directory, "is a file; expected \(Self.expected)")
            }
        }
        let format = try decode(Format.self, progressFile).value.format
        guard format == Progress.format else {
            throw TrainingError.state(
                progressFile, "format \(format) is not known here, expected \(Progress.format); start a new run")
        }
        let (progress, _) = try decode(Progress.self, progressFile),
            (plan, planText) = try decode(TrainingPlan.self, planFile)
        guard try checksum(progress, planText) == progress.checksum else {
            throw TrainingError.state(
                path, "plan.json or progress.json is damaged: they do not match their checksum; \(Self.advice)")
        }
        do { try plan.validate() } catch { throw TrainingError.state(planFile, "\(error)") }
        guard (0 ... plan.steps).contains(progress.step), (0 ... progress.step).contains(progress.averaged) else {
            throw TrainingError.state(
                progressFile,
                "expected a step of 0 to \(plan.steps) and no more weights averaged, found \(progress.step) and \(progress.averaged)"
            )
        }
        return (plan, progress)
    }

    private struct Format: Decodable { var format: Int }

    private func decode<T: Decodable>(_ type: T.Type, _ file: String) throws -> (value: T, text: [UInt8]) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let text = try WholeFile.read(file, limit: 1 << 20)
        do {
            return (try decoder.decode(type, from: Data(text)), text)
        } catch let error as DecodingError {
            throw TrainingError.state(file, "not a training state: \(FileError.oneLine(error.brief)); \(Self.advice)")
        }
    }

    private func encoded(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return Array(try encoder.encode(value))
    }

    private func checksum(_ progress: Progress, _ plan: [UInt8]) throws -> UInt64 {
        var (checksum, progress) = (Checksum(), progress)
        progress.checksum = 0
        checksum.add(try encoded(progress))
        checksum.add(plan)
        return checksum.value
    }
}

extension DirectoryReplacement {
    /// Writes a file of the set; an error tells the name that the file is to have, not that of the temporary.
    fileprivate func write(_ file: String, _ body: (String) throws -> Void) throws {
        do { try body(path(for: Path.name(file))) } catch let error as FileError { throw error.renamed(file) }
    }
}

extension Trainer {
    /// The flat arrays that a resumed run needs, by name.
    var stateArrays: [(name: String, storage: Storage)] {
        var arrays = [
            ("weights", arena.values), ("moments", optimizer.moments), ("second_moments", optimizer.secondMoments),
        ]
        if let average { arrays.append(("average", average.sum)) }
        return arrays
    }

    fileprivate var stateChecksum: UInt64 {
        var checksum = Checksum()
        for (_, array) in stateArrays {
            checksum.add(UnsafeRawBufferPointer(start: array.pointer, count: array.byteCount))
        }
        return checksum.value
    }
}

extension DecodingError {
    fileprivate var brief: String {
        switch self {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: "it is not JSON"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? context.debugDescription
                : "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }
}
