import OrreryEngine

/// What happens to several requests, each with the number of its prompt. A reader that leaves ends them all.
func events(
    of requests: [EngineRequest], by engine: Engine
) -> AsyncThrowingStream<(prompt: Int, event: EngineEvent), any Error> {
    AsyncThrowingStream { continuation in
        // The requests are in the engine before any is read, in their order.
        let streams = requests.map(engine.generate)
        let reading = Task {
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (prompt, stream) in streams.enumerated() {
                        group.addTask {
                            for try await event in stream { continuation.yield((prompt, event)) }
                        }
                    }
                    try await group.waitForAll()
                }
                continuation.finish()
            } catch { continuation.finish(throwing: error) }
        }
        continuation.onTermination = { _ in reading.cancel() }
    }
}
