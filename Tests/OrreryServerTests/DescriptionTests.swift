import Foundation
import Logging
import OrreryFiles
import OrreryServer
import Testing

/// docs/openapi.json describes what is served, and nothing else.
@Suite struct DescriptionTests {
    private static func description() throws -> JSONObject {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../docs/openapi.json")
        guard case .object(let object) = try JSONValue(contentsOf: file.path) else { return JSONObject() }
        return object
    }

    @Test func everyRouteIsDescribedAndTheOtherWayRound() throws {
        let scratch = try Scratch()
        try TestModel.write(to: scratch("model"))
        let server = try Server(
            ServerConfiguration(models: [.init(path: scratch("model"))]),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let routes = Set(server.routes)
        // OpenAI's paths are there without /v1 too.
        let short = routes.filter { routes.contains($0.replacing(" /", with: " /v1/", maxReplacements: 1)) }
        var described: Set<String> = []
        for path in try #require(Self.description()["paths"]).objectMembers {
            for method in path.value.objectMembers { described.insert("\(method.key.uppercased()) \(path.key)") }
        }
        #expect(described.subtracting(routes) == [])
        #expect(routes.subtracting(short).subtracting(described) == [])
        #expect(described.count > 30)
    }

    /// Every reference leads somewhere, every place of a path is described, and identifiers are told apart.
    @Test func theDescriptionIsWhole() throws {
        let object = try Self.description(), text = JSONValue.object(object).text()
        let schemas = try #require(JSONValue.object(object)["components.schemas"]).objectMembers.map(\.key)
        let references = Set(text.matches(of: /#\/components\/schemas\/([A-Za-z]+)/).map { String($0.1) })
        #expect(references.subtracting(schemas) == [] && Set(schemas).subtracting(references) == [])
        var identifiers: [String] = []
        for path in try #require(object["paths"]).objectMembers {
            let places = path.key.matches(of: /\{([a-z]+)\}/).map { String($0.1) }
            for operation in path.value.objectMembers {
                identifiers.append(try #require(operation.value["operationId"]?.string))
                let named = (operation.value["parameters"]?.array ?? []).filter { $0["in"] == "path" }
                #expect(named.compactMap { $0["name"]?.string } == places, "\(operation.key) \(path.key)")
                #expect(operation.value["responses.200"] != nil && operation.value["responses.default"] != nil)
            }
        }
        #expect(Set(identifiers).count == identifiers.count)
    }
}

extension JSONValue {
    fileprivate var objectMembers: [(key: String, value: JSONValue)] {
        guard case .object(let object) = self else { return [] }
        return object.members.map { ($0.key, $0.value) }
    }
}
