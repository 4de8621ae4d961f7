import Kernels
import OrreryEngine
import OrreryGeneration

/// The hashes of a model's files, which are computed once, when the first receipt asks for them.
actor ModelHashes {
    private let queue = ComputeQueue(label: "orrery.hashing")
    private var found: [String: Task<[FileHash], any Error>] = [:]

    /// - Throws: an error for a file that cannot be read.
    func files(of path: String) async throws -> [FileHash] {
        if let task = found[path] { return try await task.value }
        let task = Task { [queue] in try await queue.run(on: .current) { try FileHash.ofModel(path) } }
        found[path] = task
        return try await task.value
    }
}
