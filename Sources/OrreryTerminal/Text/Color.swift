/// How many colours a terminal shows.
public enum ColorDepth: Int, Comparable, Sendable {
    /// No escape sequence at all, not even bold.
    case none
    /// The sixteen named colours, as the person's theme draws them.
    case ansi16
    /// The 6 x 6 x 6 cube and the grey ramp.
    case ansi256
    /// 24-bit colour.
    case trueColor

    public static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// A colour of text or of its background.
public enum Color: Hashable, Sendable {
    /// One of the sixteen colours of the person's theme: 0 to 7 normal, 8 to 15 bright.
    case theme(UInt8)
    /// An exact colour, brought to the nearest one that the terminal shows.
    case rgb(UInt8, UInt8, UInt8)

    public static let black = Color.theme(0)
    public static let red = Color.theme(1)
    public static let green = Color.theme(2)
    public static let yellow = Color.theme(3)
    public static let blue = Color.theme(4)
    public static let magenta = Color.theme(5)
    public static let cyan = Color.theme(6)
    public static let white = Color.theme(7)
    public static let gray = Color.theme(8)

    /// The parameters of the SGR sequence (ECMA-48, 8.3.117; 38 and 48 with 2 or 5 as in ISO 8613-6, written with
    /// semicolons as xterm reads them).
    func parameters(isBackground: Bool, depth: ColorDepth) -> String {
        let shift = isBackground ? 10 : 0
        switch self {
        case .theme(let index):
            let index = Int(index & 15)
            return String((index < 8 ? 30 + index : 82 + index) + shift)
        case .rgb(let red, let green, let blue):
            switch depth {
            case .trueColor: return "\(38 + shift);2;\(red);\(green);\(blue)"
            case .ansi256: return "\(38 + shift);5;\(ColorCube.nearest256(red, green, blue))"
            case .ansi16, .none:
                return Color.theme(ColorCube.nearest16(red, green, blue)).parameters(
                    isBackground: isBackground, depth: depth)
            }
        }
    }
}

/// The fixed colours of xterm's 256-colour palette.
enum ColorCube {
    /// The nearest of the cube (16 to 231) and the greys (232 to 255).
    static func nearest256(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        let color = [red, green, blue].map(Int.init)
        let levels = [0, 95, 135, 175, 215, 255]
        let cube = color.map { channel in levels.indices.min { abs(levels[$0] - channel) < abs(levels[$1] - channel) }!
        }
        let gray = max(0, min(23, (color.reduce(0, +) / 3 - 3) / 10))
        let cubeError = distance(color, cube.map { levels[$0] })
        let grayError = distance(color, Array(repeating: 8 + 10 * gray, count: 3))
        return grayError < cubeError ? UInt8(232 + gray) : UInt8(16 + 36 * cube[0] + 6 * cube[1] + cube[2])
    }

    /// The nearest of the sixteen, taking the theme to be xterm's own.
    static func nearest16(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        let color = [red, green, blue].map(Int.init)
        return UInt8(theme.indices.min { distance(color, theme[$0]) < distance(color, theme[$1]) }!)
    }

    private static func distance(_ left: [Int], _ right: [Int]) -> Int {
        zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }

    private static let theme = [
        [0, 0, 0], [205, 0, 0], [0, 205, 0], [205, 205, 0], [0, 0, 238], [205, 0, 205], [0, 205, 205], [229, 229, 229],
        [127, 127, 127], [255, 0, 0], [0, 255, 0], [255, 255, 0], [92, 92, 255], [255, 0, 255], [0, 255, 255],
        [255, 255, 255],
    ]
}
