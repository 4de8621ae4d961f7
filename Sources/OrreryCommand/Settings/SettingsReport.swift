import OrreryFiles
import OrreryTerminal

/// What `--print-config` prints: every setting, its value, and where that comes from.
struct SettingsReport {
    let settings: [LayeredSettings.Setting]

    /// A line for each setting, in columns.
    var text: String {
        let rows = settings.map { setting in
            let value = setting.values.isEmpty ? setting.standard ?? "" : setting.values.joined(separator: " ")
            return [setting.name, value, setting.source.place ?? setting.source.kind]
        }
        let widths = (0 ..< 2).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return (cells + [row[2]]).joined(separator: "  ")
        }.joined(separator: "\n")
    }

    var json: JSONObject {
        [
            "settings": .array(
                settings.map { setting in
                    [
                        "name": JSONValue(setting.name), "values": JSONValue(setting.values),
                        "source": JSONValue(setting.source.kind), "place": JSONValue(setting.source.place),
                        "default": JSONValue(setting.standard),
                    ]
                })
        ]
    }
}
