// swift-tools-version: 6.1
import Foundation
import PackageDescription

/// Whether SQLite can be built against: GRDB, which keeps responses in a file, needs its header, which macOS has and a
/// bare Linux does not. Without it everything else builds, and `orrery serve` says what it does not keep. SwiftPM remembers
/// the answer in ~/.cache/org.swift.swiftpm/manifests as long as this file and the environment stay the same.
let hasSQLite: Bool = {
    if Context.environment["ORRERY_WITHOUT_SQLITE"] != nil { return false }
    #if os(Linux)
    let given = Context.environment["CPATH", default: ""].split(separator: ":").map(String.init)
    return (given + ["/usr/include", "/usr/local/include"]).contains {
        FileManager.default.fileExists(atPath: "\($0)/sqlite3.h")
    }
    #else
    return true
    #endif
}()

// Arrows run one way, upwards in this list; docs/architecture.md has the picture.
let package = Package(
    name: "orrery",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "orrery", targets: ["OrreryCommand"]),
        .library(name: "Orrery", targets: ["Orrery"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "OrreryRandom"),
        .target(name: "CKernels"),
        .target(name: "Kernels", dependencies: ["CKernels"]),
        .target(name: "OrreryFiles"),
        .target(name: "OrreryHTTP"),
        .target(name: "OrreryHub", dependencies: ["OrreryHTTP", "OrreryFiles"]),
        .target(name: "OrreryClient", dependencies: ["OrreryHTTP", "OrreryFiles"]),
        .target(name: "OrreryTensor", dependencies: ["Kernels"]),
        .target(name: "OrreryAutograd", dependencies: ["OrreryTensor", "Kernels"]),
        .target(name: "CTokenizers"),
        .target(name: "OrreryTokenizers", dependencies: ["CTokenizers", "OrreryFiles"]),
        .target(name: "OrreryTokenizerTraining", dependencies: ["CTokenizers", "OrreryTokenizers", "OrreryFiles"]),
        .target(name: "OrreryGrammar", dependencies: ["OrreryTokenizers", "OrreryFiles"]),
        .target(name: "OrreryTemplates"),
        .target(name: "OrreryNN", dependencies: ["OrreryTensor", "OrreryRandom"]),
        .target(name: "OrreryModels", dependencies: ["OrreryNN", "OrreryTensor", "OrreryFiles"]),
        .target(
            name: "OrreryGeneration",
            dependencies: [
                "OrreryModels", "OrreryNN", "OrreryTensor", "OrreryTokenizers", "OrreryTemplates", "OrreryHub",
                "OrreryFiles", "Kernels",
            ]),
        .target(
            name: "OrreryEngine",
            dependencies: [
                "OrreryGeneration", "OrreryModels", "OrreryNN", "OrreryTensor", "OrreryTokenizers", "Kernels",
            ]),
        .target(
            name: "OrreryServer",
            dependencies: [
                "OrreryEngine", "OrreryGeneration", "OrreryModels", "OrreryTensor", "OrreryTemplates",
                "OrreryTokenizers",
                "OrreryHub", "OrreryFiles", "Kernels", "OrreryStore",
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .target(name: "OrreryStore", dependencies: ["OrreryFiles"]),
        .target(name: "OrreryDemo", dependencies: ["OrreryRandom"]),
        .target(
            name: "OrreryTraining",
            dependencies: [
                "OrreryAutograd", "OrreryTensor", "OrreryNN", "OrreryModels", "OrreryGeneration", "OrreryTokenizers",
                "OrreryTokenizerTraining", "OrreryFiles", "OrreryDemo", "OrreryRandom", "Kernels",
            ]),
        .target(
            name: "Orrery",
            dependencies: [
                "OrreryTraining", "OrreryEngine", "OrreryGeneration", "OrreryModels", "OrreryNN", "OrreryAutograd",
                "OrreryTensor", "OrreryTokenizers", "OrreryTokenizerTraining", "OrreryTemplates", "OrreryHub",
                "OrreryFiles",
                "Kernels",
            ]),
        .target(name: "OrreryTerminal"),
        .executableTarget(
            name: "OrreryCommand",
            dependencies: [
                "OrreryTraining", "OrreryGeneration", "OrreryModels", "OrreryNN", "OrreryAutograd", "OrreryTensor",
                "OrreryTokenizers", "OrreryTokenizerTraining",
                "OrreryTemplates", "OrreryHub", "OrreryFiles", "OrreryDemo", "OrreryTerminal", "OrreryEngine",
                "OrreryServer", "OrreryClient", "OrreryGrammar", "Kernels",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(name: "KernelsTests", dependencies: ["OrreryRandom", "Kernels"]),
        .testTarget(name: "OrreryFilesTests", dependencies: ["OrreryRandom", "OrreryFiles"]),
        .target(
            name: "HubTestSupport", dependencies: ["OrreryHub", "OrreryFiles"], path: "Tests/HubTestSupport"),
        .testTarget(name: "OrreryHubTests", dependencies: ["HubTestSupport", "OrreryHub", "OrreryFiles"]),
        .testTarget(
            name: "OrreryClientTests",
            dependencies: ["HubTestSupport", "OrreryClient", "OrreryHTTP", "OrreryFiles", "OrreryRandom"]),
        .testTarget(
            name: "OrreryTokenizersTests",
            dependencies: ["OrreryRandom", "OrreryTokenizers", "OrreryTokenizerTraining", "OrreryFiles"],
            exclude: ["Goldens"]),
        .testTarget(
            name: "OrreryGrammarTests",
            dependencies: ["OrreryRandom", "OrreryGrammar", "OrreryTokenizers", "OrreryFiles"]),
        .testTarget(
            name: "OrreryTemplatesTests", dependencies: ["OrreryTemplates", "OrreryFiles"], exclude: ["Goldens"]),
        .testTarget(name: "OrreryDemoTests", dependencies: ["OrreryRandom", "OrreryDemo"]),
        .testTarget(name: "OrreryTerminalTests", dependencies: ["OrreryRandom", "OrreryTerminal"]),
        .testTarget(
            name: "OrreryGenerationTests",
            dependencies: [
                "OrreryRandom",
                "OrreryCommand", "OrreryGeneration", "OrreryModels", "OrreryNN", "OrreryTensor", "OrreryTokenizers",
                "OrreryTemplates", "OrreryFiles", "OrreryTerminal",
                "Kernels",
            ], exclude: ["Goldens"]),
        .testTarget(
            name: "OrreryEngineTests",
            dependencies: [
                "OrreryRandom", "OrreryEngine", "OrreryGeneration", "OrreryModels", "OrreryNN", "OrreryTensor",
                "OrreryTokenizers", "Kernels",
            ]),
        .testTarget(
            name: "OrreryAutogradTests",
            dependencies: ["OrreryRandom", "OrreryAutograd", "OrreryNN", "OrreryTensor", "Kernels"]),
        .testTarget(
            name: "OrreryModelsTests",
            dependencies: [
                "OrreryRandom", "OrreryModels", "OrreryNN", "OrreryAutograd", "OrreryTensor", "OrreryFiles", "Kernels",
            ],
            exclude: ["Goldens"]),
        .testTarget(
            name: "OrreryTrainingTests",
            dependencies: [
                "OrreryRandom", "OrreryTraining", "OrreryModels", "OrreryNN", "OrreryAutograd", "OrreryTensor",
                "OrreryTokenizers", "OrreryTokenizerTraining", "OrreryFiles", "OrreryDemo", "Kernels",
            ], exclude: ["Goldens"]),
        .testTarget(
            name: "OrreryServerTests",
            dependencies: [
                "OrreryServer", "OrreryStore", "OrreryEngine", "OrreryGeneration", "OrreryModels", "OrreryNN",
                "OrreryRandom", "OrreryTensor", "OrreryTokenizers", "OrreryFiles", "Kernels",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(name: "OrreryTests", dependencies: ["Orrery", "OrreryDemo"]),
        .testTarget(
            name: "OrreryCommandTests",
            dependencies: [
                "HubTestSupport", "OrreryCommand", "OrreryGeneration", "OrreryTemplates", "OrreryHub", "OrreryFiles",
            ]),
    ]
)

// What is there with SQLite alone.
if hasSQLite {
    package.dependencies.append(.package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"))
    package.targets.append(
        .target(
            name: "OrrerySQLite",
            dependencies: ["OrreryStore", "OrreryFiles", .product(name: "GRDB", package: "GRDB.swift")]))
    for target in package.targets where ["OrreryServer", "OrreryServerTests"].contains(target.name) {
        target.dependencies.append("OrrerySQLite")
        target.swiftSettings = [.define("HAS_SQLITE")]
        if target.isTest { target.dependencies.append(.product(name: "GRDB", package: "GRDB.swift")) }
    }
}
