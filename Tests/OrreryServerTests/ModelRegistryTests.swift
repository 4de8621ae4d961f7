import Foundation
import Kernels
import Logging
import OrreryFiles
import OrreryServer
import Testing

/// Models that are opened when they are asked for, within a budget.
@Suite(.serialized) struct ModelRegistryTests {
    /// A server's settings for models named a, b and c, with memory for so many of them.
    private static func configuration(_ scratch: Scratch, _ names: [String], room: Int) throws -> ServerConfiguration {
        for name in names { try TestModel.write(to: scratch(name)) }
        var configuration = ServerConfiguration(models: names.map { .init(path: scratch($0)) })
        configuration.modelMemory = room * TestModel.weightBytes
        configuration.modelWaitSeconds = 0
        return configuration
    }

    private static func registry(_ configuration: ServerConfiguration) throws -> ModelRegistry {
        try ModelRegistry(configuration, .current, Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private static func states(_ registry: ModelRegistry) async -> [String] {
        await registry.listings.map(\.state.rawValue)
    }

    @Test func theModelThatWasUsedLongestAgoMakesRoom() async throws {
        let scratch = try Scratch()
        let registry = try Self.registry(Self.configuration(scratch, ["a", "b", "c"], room: 2))
        #expect(await Self.states(registry) == ["unloaded", "unloaded", "unloaded"])
        try await registry.openFirst()
        #expect(await Self.states(registry) == ["loaded", "unloaded", "unloaded"])
        _ = try await registry.model(named: "b")
        _ = try await registry.model(named: "a")
        _ = try await registry.model(named: "c")
        #expect(await Self.states(registry) == ["loaded", "unloaded", "loaded"])
        #expect(await registry.listings.map(\.loads) == [1, 1, 1])
    }

    @Test func aModelWithRequestsStays() async throws {
        let scratch = try Scratch()
        let registry = try Self.registry(Self.configuration(scratch, ["a", "b"], room: 1))
        var use: ModelUse? = try await registry.model(named: "a").use
        let refusal = await #expect(throws: APIError.self) { _ = try await registry.model(named: "b") }
        #expect(refusal?.status == 503 && refusal?.retryAfter != nil)
        #expect(await Self.states(registry) == ["loaded", "unloaded"])
        withExtendedLifetime(use) {}
        use = nil
        _ = try await registry.model(named: "b")
        #expect(await Self.states(registry) == ["unloaded", "loaded"])
    }

    @Test func aRequestWaitsForAnothersEnd() async throws {
        let scratch = try Scratch()
        var configuration = try Self.configuration(scratch, ["a", "b"], room: 1)
        configuration.modelWaitSeconds = 600
        let registry = try Self.registry(configuration)
        var use: ModelUse? = try await registry.model(named: "a").use
        let waiting = Task { try await registry.model(named: "b").use }
        while await registry.waitingRequests == 0 { await Task.yield() }
        withExtendedLifetime(use) {}
        use = nil
        _ = try await waiting.value
        #expect(await Self.states(registry) == ["unloaded", "loaded"])
    }

    @Test func manyFirstRequestsOpenAModelOnce() async throws {
        let scratch = try Scratch()
        let registry = try Self.registry(Self.configuration(scratch, ["a", "b"], room: 2))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0 ..< 16 { group.addTask { _ = try await registry.model(named: index % 2 == 0 ? "a" : "b") } }
            try await group.waitForAll()
        }
        #expect(await registry.listings.map(\.loads) == [1, 1])
    }

    @Test func aModelThatCannotBeOpenedCanBeLater() async throws {
        let scratch = try Scratch()
        let registry = try Self.registry(Self.configuration(scratch, ["a", "b"], room: 2))
        let tokenizer = try #require(
            try Directory.names(in: scratch("b")).first { $0.contains("token") || $0.contains("vocab") })
        let (file, aside) = (Path.join(scratch("b"), tokenizer), scratch("aside"))
        try FileManager.default.moveItem(atPath: file, toPath: aside)
        for _ in 0 ..< 2 {
            let refusal = await #expect(throws: APIError.self) { _ = try await registry.model(named: "b") }
            #expect(refusal?.status == 500)
            #expect(refusal?.message.contains(scratch("b")) == true)
        }
        #expect(await Self.states(registry) == ["unloaded", "unloaded"])
        try FileManager.default.moveItem(atPath: aside, toPath: file)
        _ = try await registry.model(named: "b")
        #expect(await Self.states(registry) == ["unloaded", "loaded"])
    }

    @Test func everyHeaderIsReadAtTheStart() throws {
        let scratch = try Scratch()
        var configuration = try Self.configuration(scratch, ["a", "b"], room: 2)
        configuration.models[1].path = scratch("nowhere")
        #expect(throws: FileError.self) { try Self.registry(configuration) }
        configuration.models[1].path = scratch("b")
        configuration.modelMemory = TestModel.weightBytes - 1
        #expect(throws: APIError.self) { try Self.registry(configuration) }
        configuration.modelMemory = nil
        _ = try Self.registry(configuration)
        try AtomicFile.write("not safetensors", to: scratch("b") + "/model.safetensors")
        #expect(throws: FileError.self) { try Self.registry(configuration) }
    }

    @Test func theServerSaysHowModelsStand() async throws {
        try await TestServer.running { configuration, scratch in
            configuration = try Self.configuration(scratch, ["a", "b"], room: 1)
            configuration.port = 0
        } _: { server in
            func states() async throws -> [String?] {
                try await server.send("GET", "/models")["data"]?.array.map { $0["state"]?.string } ?? []
            }
            #expect(try await states() == ["loaded", "unloaded"])
            let said = try await server.send(
                "POST", "/completions", ["model": "b", "prompt": "the sun", "max_tokens": 4])
            #expect(said.status == 200 && said["model"] == "b")
            #expect(try await states() == ["unloaded", "loaded"])
            #expect(try await server.send("GET", "/models/b")["bytes"] == JSONValue(TestModel.weightBytes))
            #expect(try await server.send("GET", "/models/c").status == 404)
            let unknown = try await server.send("POST", "/completions", ["model": "c", "prompt": "the sun"])
            #expect(unknown.status == 404 && unknown["error.code"] == "model_not_found")
            let metrics = try await server.get("/metrics").text
            for line in ["orrery_model_loaded{model=\"a\"} 0", "orrery_model_loaded{model=\"b\"} 1"] {
                #expect(metrics.contains(line))
            }
        }
    }

    private typealias Held = ModelBudget.Held
    private static func held(_ models: (bytes: Int, isBusy: Bool)...) -> [Held] {
        models.enumerated().map { Held(index: $0, bytes: $1.bytes, isBusy: $1.isBusy, lastUse: $0) }
    }

    @Test func whoMakesRoom() {
        let budget = ModelBudget(100, largest: 60)
        #expect(budget.victims(for: 60, among: []) == [])
        #expect(budget.victims(for: 60, among: Self.held((40, false))) == [])
        #expect(budget.victims(for: 60, among: Self.held((40, false), (30, false))) == [0])
        #expect(budget.victims(for: 60, among: Self.held((40, true), (30, false))) == [1])
        #expect(budget.victims(for: 60, among: Self.held((41, true), (30, false))) == nil)
        #expect(budget.victims(for: 100, among: Self.held((40, false), (30, false))) == [0, 1])
        // What needs more than its file says comes in alone.
        #expect(budget.victims(for: 120, among: Self.held((40, false))) == [0])
        #expect(budget.victims(for: 120, among: Self.held((40, true))) == nil)
        #expect(ModelBudget(nil, largest: 60, available: 100).bytes == 60)
        #expect(ModelBudget(nil, largest: 60, available: 300).bytes == 150)
    }
}
