import Foundation
import OrreryHub
import Testing

/// Names of models, and what the environment says.
@Suite struct NameTests {
    @Test func parts() throws {
        let plain = try HubName("HuggingFaceTB/SmolLM2-135M-Instruct")
        #expect(plain.repository == "HuggingFaceTB/SmolLM2-135M-Instruct" && plain.revision == nil && plain.file == nil)
        let whole = try HubName("owner/na_me.v1@refs/pr/1:dir/model-Q4_K_M.gguf")
        #expect(whole.repository == "owner/na_me.v1" && whole.revision == "refs/pr/1")
        #expect(whole.file == "dir/model-Q4_K_M.gguf" && "\(whole)" == "owner/na_me.v1@refs/pr/1:dir/model-Q4_K_M.gguf")
        #expect(try HubName("gpt2").repository == "gpt2")
        #expect(try HubName("a/b", revision: "v1") == HubName("a/b@v1"))
    }

    @Test(arguments: [
        "", "/", "a/", "/b", "a/b/c", "a b/c", "a/b--c", "a/..", "../b", "a/.b", "a/b.", "-a/b", "a/b.git", "a/é",
        "a/b@", "a/b@x..y/../z", "a/b@/x", "a/b@x y", "a/b:", "a/b:../x", "a/b:/x", "a/b:x\\y", "a/b\u{0}",
        "https://huggingface.co/a/b", String(repeating: "a", count: 97),
    ]) func refused(_ text: String) {
        let error = #expect(throws: HubError.self) { try HubName(text) }
        #expect(error?.description.contains("\n") == false)
    }

    /// As huggingface_hub's constants.py reads them.
    @Test(arguments: [
        (["HOME": "/h"], "/h/.cache/huggingface/hub"),
        (["HOME": "/h", "XDG_CACHE_HOME": "/x"], "/x/huggingface/hub"),
        (["HOME": "/h", "HF_HOME": "~/hf"], "/h/hf/hub"),
        (["HOME": "/h", "HF_HOME": "/hf", "XDG_CACHE_HOME": "/x"], "/hf/hub"),
        (["HOME": "/h", "HF_HOME": "/hf", "HUGGINGFACE_HUB_CACHE": "/old"], "/old"),
        (["HOME": "/h", "HUGGINGFACE_HUB_CACHE": "/old", "HF_HUB_CACHE": "$HOME/${D}/$E"] + ["D": "new"], "/h/new/$E"),
        (["HOME": "/h", "HF_HUB_CACHE": ""], "/h/.cache/huggingface/hub"),
    ]) func cache(_ environment: [String: String], _ path: String) throws {
        #expect(try HubSettings(environment: environment).cacheDirectory == path)
    }

    @Test func token() throws {
        let scratch = try Scratch()
        func token(_ environment: [String: String]) throws -> String? {
            try HubSettings(environment: environment.merging(["HF_HOME": scratch.path]) { $1 }).token
        }
        #expect(try token([:]) == nil)
        try scratch.put(" hf_file\n", at: "token")
        try scratch.put("hf_other", at: "elsewhere")
        #expect(try token([:]) == "hf_file")
        #expect(try token(["HF_TOKEN_PATH": scratch("elsewhere")]) == "hf_other")
        #expect(try token(["HF_TOKEN": "hf_env\r\n"]) == "hf_env")
        #expect(try token(["HUGGING_FACE_HUB_TOKEN": "hf_old"]) == "hf_old")
        #expect(try token(["HF_TOKEN": "hf\r\nHost: evil"]) == nil, "a header of its own")
        #expect(try token(["HF_TOKEN": "hf_env", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "yes"]) == nil)
    }

    @Test func endpoint() throws {
        #expect(try HubSettings(environment: [:]).endpoint == "https://huggingface.co")
        #expect(
            try HubSettings(environment: ["HF_ENDPOINT": "http://mirror:8080/hf//"]).endpoint == "http://mirror:8080/hf"
        )
        for text in ["mirror", "ftp://mirror", "https://", "https://a:b@mirror", "https://mirror/?q=1"] {
            let error = #expect(throws: HubError.self) { try HubSettings(environment: ["HF_ENDPOINT": text]) }
            #expect("\(error!)".contains("HF_ENDPOINT"))
        }
    }

    @Test func offline() throws {
        #expect(try !HubSettings(environment: [:]).isOffline)
        #expect(try HubSettings(environment: ["HF_HUB_OFFLINE": "1"]).isOffline)
        #expect(try HubSettings(environment: ["TRANSFORMERS_OFFLINE": "True"]).isOffline)
        #expect(try !HubSettings(environment: ["HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "1"]).isOffline)
    }
}

extension [String: String] {
    static func + (left: Self, right: Self) -> Self { left.merging(right) { $1 } }
}
